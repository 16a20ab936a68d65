"""Several sources as one target."""

from collections.abc import Mapping, Sequence
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QVBoxLayout, QWidget

from flowviz.app.style.icons import icon
from flowviz.app.target.page import Page
from flowviz.app.widgets.controls import row, slider
from flowviz.errors import SpecError
from flowviz.specs import MixSpec, Part, SourceSpec
from flowviz.specs.target import MOST_PARTS

LAYOUTS = {"Side by side": "beside", "One over the other": "over"}
TITLE_WIDTH = 110  # pixels
WEIGHTS = 1, 100
EVEN = 50  # the weight of a new part


class MixPage(Page):
    """A short list: a line a source, with its weight. Sources come from the other pages."""

    offers_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("mixPage")
        self._layout = QComboBox()
        self._layout.setObjectName("mixLayout")
        self._layout.setAccessibleName("Arrangement of the mix")
        self._layout.setToolTip("How the sources lie to each other")
        for name, value in LAYOUTS.items():
            self._layout.addItem(name, value)
        self._layout.currentIndexChanged.connect(lambda: self.changed.emit())
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.offers_requested)
        self._add = QToolButton()
        self._add.setObjectName("mixAddButton")
        self._add.setText("Add  ")  # room for the arrow
        self._add.setIcon(icon("add"))
        self._add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._add.setAccessibleName("Add a source")
        self._add.setToolTip("Add what stands on one of the other pages")
        self._add.setMenu(self._menu)
        self._add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._lines: list[PartLine] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.column.addLayout(self._list)
        self.column.addLayout(row(self._layout, self._add, stretched=self._layout))

    def spec(self) -> MixSpec:
        if len(self._lines) < 2:
            raise SpecError("A mix has two sources or more. Add what stands on the other pages.")
        parts = tuple(Part(source=line.source, weight=line.weight / EVEN) for line in self._lines)
        return MixSpec(parts=parts, layout=self._layout.currentData())

    def show_spec(self, spec: MixSpec) -> None:
        """Show this mix in place of the present one."""
        heaviest = max(part.weight for part in spec.parts)
        parts = tuple((part.source, max(round(WEIGHTS[1] * part.weight / heaviest), 1)) for part in spec.parts)
        self.blockSignals(True)
        self.show_contents({"parts": parts, "layout": spec.layout})
        self.blockSignals(False)
        self.changed.emit()

    def contents(self) -> dict[str, Any]:
        parts = tuple((line.source, line.weight) for line in self._lines)
        return {"parts": parts, "layout": self._layout.currentData()}

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        parts = contents["parts"]
        if [source for source, _ in parts] != [line.source for line in self._lines]:
            for line in list(self._lines):
                self._remove(line)
            for source, _ in parts:
                self.add(source)
        for line, (_, weight) in zip(self._lines, parts, strict=True):
            line.show_weight(weight)
        self._layout.setCurrentIndex(self._layout.findData(contents["layout"]))

    def show_offers(self, sources: Sequence[SourceSpec]) -> None:
        """Offer these sources in the menu."""
        self._menu.clear()
        for source in sources:
            action = QAction(f"{source.kind.capitalize()}: {source.title}".replace("&", "&&"), self._menu)
            action.triggered.connect(lambda _, source=source: self.add(source))
            self._menu.addAction(action)

    def add(self, source: SourceSpec) -> None:
        """Add a source to the mix."""
        line = PartLine(source)
        line.weight_changed.connect(self._announce)
        line.remove_requested.connect(lambda: self._remove(line))
        self._lines.append(line)
        self._list.addWidget(line)
        self._announce()

    def _remove(self, line: "PartLine") -> None:
        self._lines.remove(line)
        self._list.removeWidget(line)
        line.hide()
        line.deleteLater()
        self._announce()

    def _announce(self) -> None:
        total = sum(line.weight for line in self._lines)
        for line in self._lines:
            line.show_share(line.weight / total)
        self._add.setEnabled(len(self._lines) < MOST_PARTS)
        self.changed.emit()


class PartLine(QWidget):
    """One source of a mix: its name, its weight, its share, and a button that removes it."""

    weight_changed = pyqtSignal()
    remove_requested = pyqtSignal()

    def __init__(self, source: SourceSpec) -> None:
        super().__init__()
        self.source = source
        title = QLabel()
        title.setText(title.fontMetrics().elidedText(source.title, Qt.TextElideMode.ElideRight, TITLE_WIDTH))
        title.setFixedWidth(TITLE_WIDTH)
        title.setToolTip(f"{source.kind.capitalize()}: {source.title}")
        self._weight: QSlider = slider("partWeight", f"Weight of {source.title}", "Its weight", *WEIGHTS, EVEN)
        self._weight.valueChanged.connect(lambda: self.weight_changed.emit())
        self._share = QLabel()
        self._share.setMinimumWidth(self._share.fontMetrics().horizontalAdvance("100 %"))
        remove = QToolButton()
        remove.setObjectName("partRemove")
        remove.setIcon(icon("remove"))
        remove.setAutoRaise(True)
        remove.setAccessibleName(f"Remove {source.title}")
        remove.setToolTip("Remove it from the mix")
        remove.clicked.connect(lambda: self.remove_requested.emit())
        layout: QHBoxLayout = row(title, self._weight, self._share, remove, stretched=self._weight)
        layout.setContentsMargins(0, 0, 0, 0)
        self.setLayout(layout)

    @property
    def weight(self) -> int:
        """Its weight, beside those of the others."""
        return self._weight.value()

    def show_weight(self, weight: int) -> None:
        """Choose its weight."""
        self._weight.setValue(weight)

    def show_share(self, share: float) -> None:
        """Show which share of the points it gets."""
        self._share.setText(f"{share:.0%}")
