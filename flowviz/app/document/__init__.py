"""The open file: saving, recent files, drafts and crash recovery."""
