"""Notices and message boxes."""
