"""Theme, icons and appearance."""
