"""The panes of the window: several flows that are trained side by side."""
