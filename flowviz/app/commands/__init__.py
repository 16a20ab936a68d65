"""Menu entries, the command palette and the shortcut sheet."""
