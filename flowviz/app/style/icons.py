"""Icons by name: Material Design Icons from the font in the QtAwesome package, in the colors of the theme.

The icons are drawn by an engine of our own, because those of the libraries keep the color that they were created with:
``qtawesome.icon`` shows another theme only after a cache is reset and every icon is set again, and so does
``superqt.fonticon``. The engine here looks up the palette when it paints. It also makes the window appear sooner:
importing QtAwesome and drawing a first icon takes 90 ms, importing ``superqt.fonticon`` 70 ms, and this module 3 ms.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap

from flowviz.app.desktop.existing import existing

FONT = "materialdesignicons6-webfont"
GLYPH_SCALE = 0.875  # height of a glyph relative to its icon
ENTRY_GLYPHS = {  # of commands, by their ids
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
    "copyImage": "content-copy",
    "quit": "power",
    "undo": "undo",
    "redo": "redo",
    "zoomin": "magnify-plus-outline",
    "zoomout": "magnify-minus-outline",
    "fitthecloud": "fit-to-screen-outline",
    "fitthisstage": "image-filter-center-focus",
    "fittheselection": "magnify-scan",
    "resetlayout": "view-dashboard",
    "fullscreen": "fullscreen",
    "presentation": "projector-screen-outline",
    "train": "school",
    "pause": "pause",
    "stop": "stop",
    "earlier": "step-backward",
    "later": "step-forward",
    "live": "access-point",
    "compare": "compare-horizontal",
    "buildbyhand": "hand-back-right-outline",
    "commandTraining": "console",
    "PythonTraining": "language-python",
    "next": "chevron-right",
    "previous": "chevron-left",
    "first": "page-first",
    "last": "page-last",
    "playorstopplaying": "play",
    "faster": "fast-forward",
    "slower": "rewind",
    "shortcuts": "keyboard-outline",
    "findacommand": "magnify",
    "showlog": "text-box-outline",
    "copydetailsforabugreport": "bug-outline",
    "lessons": "book-open-variant",
    "takethetour": "map-marker-path",
    "startpage": "home-outline",
    "whatsNew": "new-box",
    "cite": "format-quote-close",
    "license": "scale-balance",
    "aboutflowviz": "information-outline",
}
GLYPHS = {
    **ENTRY_GLYPHS,
    # buttons
    "copyascommand": "console",
    "copyaspython": "language-python",
    "play": "play",
    "clear": "delete-outline",
    "clearRecent": "delete-outline",
    "add": "plus",
    "remove": "close",
    "folder": "folder-outline",
    "float": "dock-window",
    "closed": "chevron-right",
    "opened": "chevron-down",
    # tools
    "move": "cursor-move",
    "rectangle": "selection-drag",
    "lasso": "lasso",
    "probe": "crosshairs-gps",
    "bend": "vector-curve",
    "invert": "select-inverse",
    "deselect": "select-remove",
    "eraser": "eraser",
    "trace": "layers-outline",
    # layers
    "layerdisabled": "cancel",
    "layerbent": "pencil",
    "disableorenablelayer": "power",
    "resetthislayer": "restore",
    "resetalledits": "backup-restore",
    # views
    "show": "eye-outline",
    "playback": "tune",
    "points": "scatter-plot",
    "density": "chart-bell-curve",
    "grid": "grid",
    "paths": "vector-polyline",
    "velocity": "arrow-top-right-thin",
    "target": "bullseye",
    "beside": "view-split-vertical",
    "overview": "view-comfy",
    "follow": "camera-control",
    "light": "white-balance-sunny",
    "dark": "weather-night",
    # sources of the target
    "text": "format-letter-case",
    "image": "image-outline",
    "shape": "shape-outline",
    "drawing": "draw",
    "mix": "layers-plus",
    # notices and message boxes
    "question": "help-circle-outline",
    "warning": "alert",
    "note": "information-outline",
}


def icon(name: str, *, is_on_highlight: bool | None = None) -> QIcon:
    """Return the icon with this name; it follows the theme.

    Args:
        name: The name.
        is_on_highlight: Whether it is on a fill in the color of selections. None if it is while its button is checked.
    """
    return QIcon(Glyph(GLYPHS[name], is_on_highlight))


class Glyph(QIconEngine):
    """Icon engine that draws a glyph in the text color of the current palette."""

    def __init__(self, glyph: str, is_on_highlight: bool | None = None) -> None:
        super().__init__()
        self._glyph, self._is_on_highlight = glyph, is_on_highlight

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter = existing(painter)
        family, characters = _font()
        font = QFont(family)
        font.setPixelSize(round(GLYPH_SCALE * rect.height()))
        painter.save()
        painter.setFont(font)
        is_checked = state == QIcon.State.On
        painter.setPen(_color(mode, is_checked if self._is_on_highlight is None else self._is_on_highlight))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, characters[self._glyph])
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return Glyph(self._glyph, self._is_on_highlight)


@cache
def _font() -> tuple[str, dict[str, str]]:
    """Return the family of the icon font and the character of each glyph, without importing QtAwesome."""
    package = Path(existing(existing(find_spec("qtawesome")).origin))
    font, names = (next(package.with_name("fonts").glob(f"{FONT}-{end}")) for end in ("[0-9]*.ttf", "charmap*.json"))
    number = QFontDatabase.addApplicationFont(str(font))
    codes = json.loads(names.read_text())
    characters = {glyph: chr(int(codes[glyph], 16)) for glyph in GLYPHS.values()}
    return QFontDatabase.applicationFontFamilies(number)[0], characters


def _color(mode: QIcon.Mode, is_on_highlight: bool) -> QColor:
    group, role = QPalette.ColorGroup.Active, QPalette.ColorRole.ButtonText
    if mode == QIcon.Mode.Disabled:
        group = QPalette.ColorGroup.Disabled
    elif mode == QIcon.Mode.Selected or is_on_highlight:
        role = QPalette.ColorRole.HighlightedText
    return QGuiApplication.palette().color(group, role)
