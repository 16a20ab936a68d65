"""Icons: one name a thing, drawn from the Material Design Icons of QtAwesome in the colors of the theme."""

from pathlib import Path
from typing import Any

from PyQt6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PyQt6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PyQt6.QtWidgets import QApplication

FONT = "mdi6"
GLYPHS = {
    # the entries of menus, by their titles in small letters, without spaces
    "new": "file-outline",
    "open": "folder-open-outline",
    "save": "content-save",
    "saveas": "content-save-edit",
    "revert": "restore",
    "gallery": "image-multiple",
    "openimage": "file-image-outline",
    "openpoints": "file-table-outline",
    "cut": "content-cut",
    "copy": "content-copy",
    "paste": "content-paste",
    "selectall": "select-all",
    "export": "export",
    "copyimage": "content-copy",
    "quit": "power",
    "undo": "undo",
    "redo": "redo",
    "zoomin": "magnify-plus-outline",
    "zoomout": "magnify-minus-outline",
    "fitthecloud": "fit-to-screen-outline",
    "fitthisstage": "image-filter-center-focus",
    "resetlayout": "view-dashboard",
    "fullscreen": "fullscreen",
    "presentation": "projector-screen-outline",
    "train": "school",
    "pauseorresume": "pause",
    "stopandkeep": "stop",
    "earlier": "step-backward",
    "later": "step-forward",
    "live": "access-point",
    "copyascommand": "console",
    "copyaspython": "language-python",
    "next": "chevron-right",
    "previous": "chevron-left",
    "first:thebase": "page-first",
    "last:thetarget": "page-last",
    "playorstopplaying": "play",
    "faster": "fast-forward",
    "slower": "rewind",
    "keyboardshortcuts": "keyboard-outline",
    "findacommand": "magnify",
    "showlog": "text-box-outline",
    "copydetailsforabugreport": "bug-outline",
    "takethetour": "map-marker-path",
    "startpage": "home-outline",
    "aboutflowviz": "information-outline",
    # what is done
    "pause": "pause",
    "resume": "play",
    "stop": "stop",
    "play": "play",
    "clear": "delete-outline",
    "add": "plus",
    "remove": "close",
    "folder": "folder-outline",
    "float": "dock-window",
    # what the mouse does
    "move": "cursor-move",
    "rectangle": "selection-drag",
    "lasso": "lasso",
    "probe": "crosshairs-gps",
    "invert": "select-inverse",
    "deselect": "select-remove",
    "eraser": "eraser",
    "trace": "layers-outline",
    # what is seen
    "points": "scatter-plot",
    "density": "chart-bell-curve",
    "grid": "grid",
    "paths": "vector-polyline",
    "beside": "view-split-vertical",
    "overview": "view-comfy",
    "light": "white-balance-sunny",
    "dark": "weather-night",
    # sources of a target
    "text": "format-letter-case",
    "image": "image-outline",
    "shape": "shape-outline",
    "drawing": "draw",
    "mix": "layers-plus",
    # what is told
    "warning": "alert",
    "note": "information-outline",
}


def icon(name: str) -> QIcon:
    """The icon of a thing. It follows the theme by itself."""
    return QIcon(Glyph(GLYPHS[name]))


class Glyph(QIconEngine):
    """Draws a glyph in the color that text has in the palette of now; where it is disabled, in that of disabled text.

    The library is imported after the first paint of a window, and not for it: that takes a tenth of a second.
    """

    def __init__(self, glyph: str) -> None:
        super().__init__()
        self._glyph = glyph

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        if painter is None:
            return
        if _Library.fonts is None:
            _Library.load_soon()
        else:
            _Library.fonts.icon(f"{FONT}.{self._glyph}", color=_color(mode)).paint(painter, rect)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return Glyph(self._glyph)


class _Library:
    """The font of the glyphs, once it is there."""

    fonts: Any = None
    _is_coming = False

    @classmethod
    def load_soon(cls) -> None:
        """Load it when the window is up, then draw all icons."""
        if not cls._is_coming:
            cls._is_coming = True
            QTimer.singleShot(0, cls._load)

    @classmethod
    def _load(cls) -> None:
        import qtawesome
        from qtawesome.iconic_font import IconicFont

        folder = Path(qtawesome.__file__).parent / "fonts"
        font, names = (next(folder.glob(f"materialdesignicons6-webfont-{end}")) for end in ("[0-9]*.ttf", "charmap*"))
        cls.fonts = IconicFont((FONT, font.name, names.name))  # of its fonts this one alone: all take 20 MiB
        for window in QApplication.topLevelWidgets():
            window.update()


def _color(mode: QIcon.Mode) -> str:
    """By its name, by which QtAwesome keeps what it has made."""
    group, role = QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText
    if mode == QIcon.Mode.Disabled:
        group = QPalette.ColorGroup.Disabled
    elif mode == QIcon.Mode.Selected:
        role = QPalette.ColorRole.HighlightedText
    return QGuiApplication.palette().color(group, role).name()
