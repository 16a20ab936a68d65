"""The gallery: trained examples, each with a picture, to be looked at without any training."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from flowviz.app.style.icons import icon
from flowviz.app.welcome.gallery import GalleryList
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.specs.view import Theme

COLUMNS, ROWS = 4, 3
Standard = QDialogButtonBox.StandardButton


class GalleryDialog(QDialog):
    """Announces the example that is chosen."""

    example_chosen = pyqtSignal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gallery")
        self._list = GalleryList()
        self._list.setMinimumSize(self._list.size_of(COLUMNS, ROWS))
        self._sentence = WrappingLabel("gallerySentence", "What there is to see")
        self._sentence.setMinimumHeight(2 * self._sentence.fontMetrics().lineSpacing())
        self._buttons = QDialogButtonBox(Standard.Open | Standard.Cancel)
        _show_own_icons(self._buttons)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self._list, self._sentence, self._buttons):
            layout.addWidget(widget)
        self._list.currentRowChanged.connect(self._explain)
        self._list.itemActivated.connect(self.accept)
        self._list.setCurrentRow(0)
        self._list.draw(theme)
        self.finished.connect(self._list.end)

    def accept(self) -> None:
        """Open what is chosen, and leave."""
        self.example_chosen.emit(self._list.example(self._list.currentRow()))
        super().accept()

    def _explain(self, row: int) -> None:
        self._sentence.setText(self._list.example(row).sentence)


def _show_own_icons(buttons: QDialogButtonBox) -> None:
    """In place of those of the style, which are of another kind."""
    opens, tip = icon("open"), "Look at this flow, in place of the one in the window"
    for button, found, said in ((Standard.Open, opens, tip), (Standard.Cancel, QIcon(), "Leave (Esc)")):
        made = buttons.button(button)
        assert made is not None
        made.setIcon(found)
        made.setToolTip(said)
