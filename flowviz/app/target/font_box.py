"""A choice among the installed fonts."""

from collections.abc import Iterable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFont, QFontDatabase, QShowEvent
from PyQt6.QtWidgets import QComboBox, QListView

from flowviz.targets import BUILT_IN, Face

SHOWN_CHARACTERS = 12
LATIN = QFontDatabase.WritingSystem.Latin


class FontBox(QComboBox):
    """Announces the font that is chosen; each stands in its own face. The first is the built-in one.

    Announces, too, that it is seen: only then are the other fonts worth the memory that finding them takes.
    """

    font_chosen = pyqtSignal()
    faces_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._was_seen = False
        self.setObjectName("targetFont")
        self.setAccessibleName("Font")
        self.setToolTip("Font; a character that it lacks comes from the nearest one that has it")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(SHOWN_CHARACTERS)
        view = QListView()
        view.setUniformItemSizes(True)  # else each of hundreds of fonts is loaded before the list opens
        self.setView(view)
        self.addItem(BUILT_IN.name, None)
        self.currentIndexChanged.connect(lambda: self.font_chosen.emit())

    def font_name(self) -> str | None:
        """The name of the font, as a `TextSpec` has it."""
        name: str | None = self.currentData()
        return name

    def choose(self, name: str | None) -> None:
        """Choose a font by its name, also one that this machine has not."""
        if self.findData(name) < 0:
            self.addItem(name, name)
        self.setCurrentIndex(self.findData(name))

    def show_faces(self, faces: Iterable[Face]) -> None:
        """Offer these fonts and the built-in one."""
        chosen = self.font_name()
        self.blockSignals(True)
        self.clear()
        self.addItem(BUILT_IN.name, None)
        for face in faces:
            self.addItem(face.name, face.name)
            if LATIN in QFontDatabase.writingSystems(face.family):  # else its name could not be read
                self.setItemData(self.count() - 1, _shown(face), Qt.ItemDataRole.FontRole)
        self.choose(chosen)
        self.blockSignals(False)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if not self._was_seen:
            self._was_seen = True
            self.faces_wanted.emit()


def _shown(face: Face) -> QFont:
    font = QFont(face.family)
    font.setWeight(QFont.Weight(min(max(round(face.weight / 100), 1), 9) * 100))
    font.setItalic(face.italic)
    return font
