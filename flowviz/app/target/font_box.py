"""Combo box of the installed fonts."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtGui import QFont, QFontDatabase, QShowEvent
from PyQt6.QtWidgets import QListView

from flowviz.app.widgets.controls import ChoiceBox
from flowviz.specs import TextSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.target import BUILT_IN_FONT

if TYPE_CHECKING:
    from flowviz.targets import Face

MIN_CHARACTERS = 12
LATIN = QFontDatabase.WritingSystem.Latin


class FontBox(ChoiceBox):
    """Combo box that shows each installed font in its own face, after the built-in font.

    It asks for the installed fonts when it is shown for the first time: finding them takes memory.
    """

    def __init__(self, find_fonts: Callable[[], object]) -> None:
        """Create a box of the built-in font; `find_fonts` finds the installed ones."""
        field = fields_of(TextSpec)["font"]
        super().__init__("targetFont", field.title, {None: BUILT_IN_FONT})
        self.setToolTip(field.description)
        self._find_fonts, self._was_shown = find_fonts, False
        self.limit_width(MIN_CHARACTERS)
        view = QListView()
        view.setUniformItemSizes(True)  # without this, opening the list loads hundreds of fonts
        self.setView(view)

    def choose(self, value: Any) -> None:
        """Select a font by its name, or the built-in one for None, even if it is not installed."""
        if self.findData(value) < 0:
            self.addItem(value, value)
        super().choose(value)

    def show_faces(self, faces: "Iterable[Face]") -> None:
        """Offer these fonts and the built-in one, and keep the selected one."""
        selected = self.value
        with QSignalBlocker(self):  # the selected font stays the same
            self.clear()
            self.addItem(BUILT_IN_FONT, None)
            for face in faces:
                self.addItem(face.name, face.name)
                font = QFont(face.family, -1, face.weight, face.italic)
                if LATIN in QFontDatabase.writingSystems(face.family):  # symbol fonts would garble their own name
                    self.setItemData(self.count() - 1, font, Qt.ItemDataRole.FontRole)
            self.choose(selected)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self._find_fonts()
