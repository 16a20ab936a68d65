"""Combo box of the installed fonts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QFontDatabase, QShowEvent
from PyQt6.QtWidgets import QComboBox, QListView

from flowviz.app.widgets.controls import describe
from flowviz.specs import TextSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.target import BUILT_IN_FONT

if TYPE_CHECKING:
    from flowviz.targets import Face

MIN_CHARACTERS = 12
LATIN = QFontDatabase.WritingSystem.Latin


class FontBox(QComboBox):
    """Combo box that shows each installed font in its own face, after the built-in font.

    It asks for the installed fonts when it is shown for the first time: finding them takes memory.
    """

    font_chosen = pyqtSignal()
    faces_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._was_shown = False
        describe(self, "targetFont", fields_of(TextSpec)["font"])
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(MIN_CHARACTERS)
        view = QListView()
        view.setUniformItemSizes(True)  # without this, opening the list loads hundreds of fonts
        self.setView(view)
        self.addItem(BUILT_IN_FONT, None)
        self.currentIndexChanged.connect(lambda: self.font_chosen.emit())

    def font_name(self) -> str | None:
        """Return the font as in `TextSpec`: its name, or None for the built-in font."""
        name: str | None = self.currentData()
        return name

    def choose(self, name: str | None) -> None:
        """Select a font by its name, even if it is not installed."""
        if self.findData(name) < 0:
            self.addItem(name, name)
        self.setCurrentIndex(self.findData(name))

    def show_faces(self, faces: "Iterable[Face]") -> None:
        """Offer these fonts and the built-in one, and keep the selected one."""
        selected = self.font_name()
        with QSignalBlocker(self):  # the selected font stays the same
            self.clear()
            self.addItem(BUILT_IN_FONT, None)
            for face in faces:
                self.addItem(face.name, face.name)
                if LATIN in QFontDatabase.writingSystems(face.family):  # symbol fonts would garble their own name
                    self.setItemData(self.count() - 1, _qfont(face), Qt.ItemDataRole.FontRole)
            self.choose(selected)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.faces_wanted.emit()


def _qfont(face: "Face") -> QFont:
    font = QFont(face.family)
    font.setWeight(QFont.Weight(min(max(round(face.weight / 100), 1), 9) * 100))
    font.setItalic(face.italic)
    return font
