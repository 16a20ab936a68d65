"""Coordination of one window's work, and its undo history."""
