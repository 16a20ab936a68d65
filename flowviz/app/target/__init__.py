"""The panel that defines the target."""
