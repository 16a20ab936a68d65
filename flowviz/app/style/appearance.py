"""How the window looks: its theme, how large its words are, and whether things move. Remembered."""

from typing import Any, get_args

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QStyle, QToolButton, QToolTip

from flowviz.app.desktop.settings import settings
from flowviz.app.style.icons import icon
from flowviz.app.style.theme import menu_palette, palette, system_theme
from flowviz.specs.view import Theme

TEXT_SIZES = {"&Normal": 100, "&Large": 125, "&Very Large": 150}  # percent
SCHEMES: dict[Theme | None, Qt.ColorScheme] = {
    None: Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Appearance(QObject):
    """What the person has chosen, and where they have not, what the system says. Announces what follows from it."""

    theme_changed = pyqtSignal(str)
    resizing_words = pyqtSignal()
    motion_changed = pyqtSignal(bool)  # whether it is reduced

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings()
        self._font = QApplication.font()
        self.chosen_theme: Theme | None = self._remembered("theme", get_args(Theme), None)
        self.text_size: int = self._remembered("textSize", tuple(TEXT_SIZES.values()), 100)
        self.is_motion_reduced: bool = self._remembered("reduceMotion", (True, False), not _style_animates())

    @property
    def theme(self) -> Theme:
        """The theme that is seen."""
        return self.chosen_theme or system_theme()

    def apply(self) -> None:
        """Look so from now on, and follow the system."""
        hints = QGuiApplication.styleHints()
        assert hints is not None
        hints.colorSchemeChanged.connect(self._apply_theme)
        self._apply_text_size()
        self._apply_theme()
        self.motion_changed.emit(self.is_motion_reduced)

    def choose_theme(self, theme: Theme | None) -> None:
        """Look light or dark; None for as the system."""
        self.chosen_theme = theme
        self._remember("theme", theme or "system")
        self._apply_theme()

    def switch_theme(self) -> None:
        """Look dark where it is light, and light where it is dark."""
        self.choose_theme("light" if self.theme == "dark" else "dark")

    def choose_text_size(self, percent: int) -> None:
        """Let words be so large, beside those of the system."""
        self.text_size = percent
        self._remember("textSize", percent)
        self.resizing_words.emit()
        self._apply_text_size()
        self._apply_theme()  # widgets with a style sheet keep their font until it is set again

    def reduce_motion(self, reduced: bool) -> None:
        """Let nothing move that need not."""
        self.is_motion_reduced = reduced
        self._remember("reduceMotion", reduced)
        self.motion_changed.emit(reduced)

    def _apply_theme(self) -> None:
        hints = QGuiApplication.styleHints()
        assert hints is not None
        hints.setColorScheme(SCHEMES[self.chosen_theme])  # the frames of windows, where the system draws them
        QApplication.setPalette(palette(self.theme))
        QApplication.setPalette(menu_palette(self.theme), "QMenu")
        QToolTip.setPalette(palette(self.theme))
        self.theme_changed.emit(self.theme)

    def _apply_text_size(self) -> None:
        font = QApplication.font()
        font.setPointSizeF(self._font.pointSizeF() * self.text_size / 100)
        QApplication.setFont(font)

    def _remembered(self, key: str, possible: tuple[Any, ...], otherwise: Any) -> Any:
        """What was chosen before; what the settings say may be damaged."""
        said = str(self._settings.value(f"appearance/{key}", ""))
        return next((value for value in possible if str(value) == said), otherwise)

    def _remember(self, key: str, value: Any) -> None:
        self._settings.setValue(f"appearance/{key}", str(value))


def _style_animates() -> bool:
    """Whether widgets move, which a system can forbid."""
    style = QApplication.style()
    return style is None or style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}


class ThemeSwitch(QToolButton):
    """Shows the theme that it leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("themeButton")
        self.setAutoRaise(True)

    def show_theme(self, theme: Theme) -> None:
        """This theme is seen: offer the other one."""
        self.setIcon(icon(OTHER[theme]))
        self.setAccessibleName(f"Switch to the {OTHER[theme]} theme")
        self.setToolTip(f"Switch to the {OTHER[theme]} theme; View ▸ Theme has that of the system, too")
