"""The panels beside the clouds: the selected entrant, its target and flow, and the training of all entrants."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QLineEdit, QMenu, QSizePolicy

from flowviz.app.state.request import RequestState
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.app.widgets.controls import button, named, row_widget
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.app.workspace.entrants import ComparedState
from flowviz.specs.comparison import MAX_ENTRANTS, MAX_NAME
from flowviz.specs.view import Theme


class ComparisonEditor(ScrollColumn):
    """The usual panels for the selected entrant and for the training of all."""

    removal_requested = pyqtSignal(str)  # name
    renamed = pyqtSignal(str, str)  # old and new name

    def __init__(self, compared: ComparedState, request: RequestState) -> None:
        self._compared = compared
        tip = "Name of the selected flow"
        self._name = named(QLineEdit(), "entrantName", tip, tip)
        self._name.setMaxLength(MAX_NAME)
        self._add = button("addEntrantButton", "&Add", "Add another flow to the comparison", "add")
        self._remove = button("removeEntrantButton", "Re&move", "Remove the selected flow (Delete)", "remove")
        self.target, self.flow, self.controls = TargetPanel(request), FlowPanel(request), TrainingControls(request)
        self._titles = [_title(text) for text in ("Selected flow", "Target of all flows", "Training of all flows")]
        entrant, target, training = self._titles
        names = row_widget(self._name, self._add, self._remove, stretched=self._name)
        super().__init__(
            entrant, names, self.flow, _line(), target, self.target, _line(), training, self.controls
        )  # fmt: skip
        self.setObjectName("comparisonEditor")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)  # from the top of the page on
        self.target.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # room is left below
        self._name.editingFinished.connect(self._rename)
        self._remove.clicked.connect(lambda: self.removal_requested.emit(compared.value.selected))
        compared.watch(lambda value: (value.selected, value.names, value.shares_target), self._show)

    def set_add_menu(self, menu: QMenu) -> None:
        """Set the menu of the flows that can be added."""
        self._add.setMenu(menu)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        self.target.set_theme(theme)

    def _show(self, shown: tuple[str, Sequence[str], bool]) -> None:
        selected, names, shares_target = shown
        self._name.setText(selected)
        self._add.setEnabled(len(names) < MAX_ENTRANTS)
        self._remove.setEnabled(len(names) > 1)
        self._titles[1].setText("Target of all flows" if shares_target else "Target of this flow")

    def _rename(self) -> None:
        selected, name = self._compared.value.selected, self._name.text().strip()
        if name and name != selected and name not in self._compared.value.names and name.isprintable():
            self.renamed.emit(selected, name)
        else:
            self._name.setText(selected)


def _title(text: str) -> WrappingLabel:
    label = WrappingLabel("editorTitle", text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    label.setText(text)
    return label


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Sunken)
    return line
