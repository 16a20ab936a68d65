"""The window: the only place that knows Qt. Widgets show and announce; the session decides."""
