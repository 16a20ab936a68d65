"""The panels beside the clouds: the selected entrant, its target and flow, and the training of all entrants."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QLineEdit, QMenu, QSizePolicy, QWidget

from flowviz.app.comparison.entrants import Compared, ComparedState
from flowviz.app.state.request import RequestState
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.app.widgets.controls import button, row
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.specs.comparison import MAX_ENTRANTS, MAX_NAME
from flowviz.specs.view import Theme


class ComparisonEditor(ScrollColumn):
    """The usual panels for the selected entrant and for the training of all."""

    removal_requested = pyqtSignal(str)  # name
    renamed = pyqtSignal(str, str)  # old and new name

    def __init__(self, compared: ComparedState, request: RequestState) -> None:
        self._compared = compared
        self._name = QLineEdit()
        self._name.setObjectName("entrantName")
        self._name.setAccessibleName("Name of the selected flow")
        self._name.setToolTip("Name of the selected flow")
        self._name.setMaxLength(MAX_NAME)
        self._add = button("addEntrantButton", "&Add", "Add another flow to the comparison", "add")
        self._remove = button("removeEntrantButton", "Re&move", "Remove the selected flow (Delete)", "remove")
        self.target, self.flow, self.controls = TargetPanel(request), FlowPanel(request), TrainingControls(request)
        self._titles = [_title(text) for text in ("Selected flow", "Target of all flows", "Training of all flows")]
        entrant, target, training = self._titles
        names = QWidget()
        across = row(self._name, self._add, self._remove, stretched=self._name)
        across.setContentsMargins(0, 0, 0, 0)
        names.setLayout(across)
        super().__init__(
            entrant, names, self.flow, _line(), target, self.target, _line(), training, self.controls
        )  # fmt: skip
        self.setObjectName("comparisonEditor")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)  # from the top of the page on
        self.target.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # room is left below
        self._connect()
        self._show(compared.value)

    def set_add_menu(self, menu: QMenu) -> None:
        """Set the menu of the flows that can be added."""
        self._add.setMenu(menu)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        self.target.set_theme(theme)

    def _connect(self) -> None:
        self._name.editingFinished.connect(self._rename)
        self._remove.clicked.connect(lambda: self.removal_requested.emit(self._compared.value.selected))
        self._compared.changed.connect(self._on_changed)

    def _on_changed(self, old: Compared, new: Compared) -> None:
        if (old.selected, old.names, old.shares_target) != (new.selected, new.names, new.shares_target):
            self._show(new)

    def _show(self, compared: Compared) -> None:
        self._name.setText(compared.selected)
        self._add.setEnabled(len(compared.runs) < MAX_ENTRANTS)
        self._remove.setEnabled(len(compared.runs) > 1)
        self._titles[1].setText("Target of all flows" if compared.shares_target else "Target of this flow")

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
