"""The bars of a comparison: above the panes, and for the selected flow."""

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import button, check_box, lay_out, named
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.difference_box import DifferenceBox
from flowviz.app.workspace.limits import TIP
from flowviz.app.workspace.links import LinksState
from flowviz.specs.comparison import MAX_ENTRANTS, MAX_NAME


class ComparisonBar(QWidget):
    """Describes a comparison, and has the commands for all of its flows."""

    def __init__(self, compared: ComparedState, links: LinksState) -> None:
        super().__init__()
        self.setObjectName("comparisonBar")
        self._title = FittingLabel("comparisonTitle", "Description of the comparison")
        self.limits = check_box("limitByCounting", "Li&mit by counting", f"Add a line to the table. {TIP}")
        compared.watch(lambda value: value.limits is not None, self.limits.setChecked)
        self.new_button = button("newComparisonButton", "&New Comparison…", "Compare other flows")
        self.leave_button = button(
            "leaveComparisonButton", "&Back to the Flow", "Show the flow of the window, and keep the comparison"
        )
        difference = DifferenceBox(compared, links)
        controls = difference, self.limits, self.new_button, self.leave_button
        wrapped = WrappingRow(GAP, *controls)  # or the buttons would be narrower than their texts
        lay_out(QHBoxLayout(self), self._title, wrapped, stretched=self._title)

    def show_title(self, *texts: str) -> None:
        """Describe the comparison, in the longest text that fits."""
        self._title.show_texts(*texts)


class EntrantBar(QWidget):
    """Name of the selected flow, and buttons that add and remove flows."""

    removal_requested = pyqtSignal(str)  # name
    renamed = pyqtSignal(str, str)  # old and new name

    def __init__(self, compared: ComparedState, menu: QMenu) -> None:
        """Create a bar; `menu` lists the flows that can be added."""
        super().__init__()
        self.setObjectName("entrantBar")
        self._compared = compared
        tip = "Name of the selected flow"
        self._name = named(QLineEdit(), "entrantName", tip, tip)
        self._name.setMaxLength(MAX_NAME)
        self._add = button("addEntrantButton", "&Add", "Add another flow to the comparison", "add")
        self._add.setMenu(menu)
        self._remove = button("removeEntrantButton", "Re&move", "Remove the selected flow (Delete)", "remove")
        lay_out(QHBoxLayout(self), self._name, self._add, self._remove, stretched=self._name)
        self._name.editingFinished.connect(self._rename)
        self._remove.clicked.connect(lambda: self.removal_requested.emit(compared.value.selected))
        compared.watch(lambda value: (value.selected, value.names), self._show)

    def _show(self, shown: tuple[str, Sequence[str]]) -> None:
        selected, names = shown
        self._name.setText(selected)
        self._add.setEnabled(len(names) < MAX_ENTRANTS)
        self._remove.setEnabled(len(names) > 1)

    def _rename(self) -> None:
        selected, name = self._compared.value.selected, self._name.text().strip()
        if name and name != selected and name not in self._compared.value.names and name.isprintable():
            self.renamed.emit(selected, name)
        else:
            self._name.setText(selected)
