"""The real window and its desk, as in `tests/app/`."""

from tests.app.conftest import desk, own_settings, window

__all__ = ["desk", "own_settings", "window"]
