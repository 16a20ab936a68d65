"""Notices, the service that places them, and message boxes."""
