"""Light and dark: what follows the system, and what colors the plots take."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication

from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.specs.view import Theme

SCHEMES = {
    "As the &System": Qt.ColorScheme.Unknown,
    "&Light": Qt.ColorScheme.Light,
    "&Dark": Qt.ColorScheme.Dark,
}

# Okabe & Ito 2008; the held-out curve is the one to read, hence the stronger color.
CURVES: dict[Theme, dict[str, Color]] = {
    "light": {"train": (150, 154, 162), "heldout": (0, 114, 178), "entropy": (0, 128, 94)},
    "dark": {"train": (128, 133, 142), "heldout": (86, 180, 233), "entropy": (60, 190, 150)},
}


def current_theme() -> Theme:
    """The theme that the application shows now."""
    hints = QGuiApplication.styleHints()
    return "dark" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def choose_scheme(scheme: Qt.ColorScheme) -> None:
    """Show the application light, dark, or as the system has it."""
    hints = QGuiApplication.styleHints()
    assert hints is not None
    hints.setColorScheme(scheme)


def background(theme: Theme) -> QColor:
    """The ground of pictures and plots."""
    return QColor(*SURROUNDINGS[theme].background)


def ink(theme: Theme) -> QColor:
    """The color of a target's ink in its preview."""
    return QColor(*SURROUNDINGS[theme].title)
