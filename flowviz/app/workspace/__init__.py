"""The comparison page: several flows that are trained side by side."""
