"""Lessons in the window: their panel, and the view of the first one."""
