"""Access to Qt objects that always exist, although their types are optional."""

from typing import TypeVar

from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

Found = TypeVar("Found")


def existing(found: Found | None) -> Found:
    """Return an object that is known to exist, such as the menu bar of a main window or the screen of a widget."""
    assert found is not None
    return found


def application() -> QApplication:
    """Return the application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def copy_text(text: str) -> None:
    """Copy a text to the clipboard."""
    existing(QGuiApplication.clipboard()).setText(text)
