"""The appearance of the window: theme, text size and motion, kept in the settings."""

from collections.abc import Callable
from typing import Any, get_args

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QStyle, QToolTip

from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import settings
from flowviz.app.state.state import State
from flowviz.app.style.fonts import window_font
from flowviz.app.style.theme import menu_palette, palette, system_theme
from flowviz.specs.view import Theme

TEXT_SIZES = {"&Normal (100%)": 100, "&Large (125%)": 125, "&Very Large (150%)": 150}
SCHEMES: dict[Theme | None, Qt.ColorScheme] = {
    None: Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Appearance(QObject):
    """The user's choice of theme, text size and motion; what they have not chosen follows the system.

    Attributes:
        chosen_theme: The theme, or None for that of the system.
        text_size: The text size in percent.
        is_motion_reduced: Whether to do without animations that are not needed.
    """

    theme_changed = pyqtSignal(str)
    resizing_words = pyqtSignal()  # before the text size changes

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings()
        self.chosen_theme: Theme | None = self._stored("theme", get_args(Theme), None)
        self.text_size: int = self._stored("textSize", tuple(TEXT_SIZES.values()), 100)
        # Systems can turn the animations of the style off.
        animates = existing(QApplication.style()).styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
        reduced = self._stored("reduceMotion", (True, False), not animates)
        self.is_motion_reduced: State[bool] = State(reduced, self)

    @property
    def theme(self) -> Theme:
        """Return the theme in use."""
        return self.chosen_theme or system_theme()

    def apply(self) -> None:
        """Apply the appearance, and follow changes of the system theme.

        Widgets that are created after this have their style from the start, and need not be laid out again.
        """
        existing(QGuiApplication.styleHints()).colorSchemeChanged.connect(self._apply_theme)
        QApplication.setFont(window_font(self.text_size))
        self._apply_theme()

    def on_theme(self, show: Callable[[Theme], object]) -> None:
        """Call a function with the theme, now and after each change."""
        show(self.theme)
        self.theme_changed.connect(show)

    def choose_theme(self, theme: Theme | None) -> None:
        """Choose the light or the dark theme, or None to follow the system."""
        self.chosen_theme = theme
        self._store("theme", theme or "system")
        self._apply_theme()

    def choose_text_size(self, percent: int) -> None:
        """Set the text size in percent."""
        self.text_size = percent
        self._store("textSize", percent)
        self.resizing_words.emit()
        QApplication.setFont(window_font(percent))
        self._apply_theme()  # widgets with a style sheet keep their font until the sheet is set again

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to do without animations that are not needed."""
        self._store("reduceMotion", reduced)
        self.is_motion_reduced.set(reduced)

    def _apply_theme(self) -> None:
        hints = existing(QGuiApplication.styleHints())
        hints.setColorScheme(SCHEMES[self.chosen_theme])  # for window frames that the system draws
        QApplication.setPalette(palette(self.theme))
        QApplication.setPalette(menu_palette(self.theme), "QMenu")
        QToolTip.setPalette(palette(self.theme))
        self.theme_changed.emit(self.theme)

    def _stored(self, key: str, allowed: tuple[Any, ...], default: Any) -> Any:
        """Return the stored value if it is allowed; the settings file may be damaged."""
        stored = str(self._settings.value(f"appearance/{key}", ""))
        return next((value for value in allowed if str(value) == stored), default)

    def _store(self, key: str, value: Any) -> None:
        self._settings.setValue(f"appearance/{key}", str(value))
