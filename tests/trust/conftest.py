"""The real window and its desk, as in `tests/app/`."""

from tests.app.conftest import file_menu, homes, own_settings, window

__all__ = ["file_menu", "homes", "own_settings", "window"]
