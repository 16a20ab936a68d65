"""What types declare as optional, because C++ returns a pointer, although it is always there."""

from typing import TypeVar

from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication

Found = TypeVar("Found")


def existing(found: Found | None) -> Found:
    """Return what is known to exist here, such as the menu bar of a main window or the screen of a widget."""
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
