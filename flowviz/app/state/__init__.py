"""The state of the window: the request and the view."""
