"""Actions, the command palette and the shortcut sheet."""
