"""The real window and its desk, as in `tests/app/`."""

from tests.app.conftest import file_menu, own_settings, window

__all__ = ["file_menu", "own_settings", "window"]
