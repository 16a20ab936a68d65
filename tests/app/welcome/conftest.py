"""A window that the tests of a module share."""

from tests.app.shared_window import shared_window

__all__ = ["shared_window"]
