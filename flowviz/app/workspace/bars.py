"""The bars of a comparison: above the panes, and for the selected flow."""

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import button, check_box, lay_out, named
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import bind_control
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.difference_box import DifferenceBox
from flowviz.app.workspace.limits import TIP
from flowviz.app.workspace.links import LinksState
from flowviz.specs.comparison import MAX_ENTRANTS, MAX_NAME


class ComparisonBar(QWidget):
    """Describes a comparison, and has the commands for all of its flows.

    Attributes:
        title: The description.
    """

    def __init__(
        self,
        compared: ComparedState,
        links: LinksState,
        set_limits: Callable[[bool], object],
        choose_another: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        """Create a bar.

        Args:
            compared: The entrants.
            links: What the panes share.
            set_limits: Shows or hides the limits by counting.
            choose_another: Asks for another comparison.
            leave: Returns to the flow of the window.
        """
        super().__init__()
        self.setObjectName("comparisonBar")
        self.title = FittingLabel("comparisonTitle", "Description of the comparison")
        self.title.setContentsMargins(0, 0, GAP, 0)  # not spacing of the layout, which a title without room would keep
        limits = check_box("limitByCounting", "Li&mit by counting", f"Add a line to the table. {TIP}")
        bind_control(compared, lambda value: value.limits is not None, limits, set_limits)
        new = button("newComparisonButton", "&New Comparison…", "Compare other flows", run=choose_another)
        tip = "Show the flow from before the comparison, which is kept"
        back = button("leaveComparisonButton", "&Back to the Flow", tip, run=leave)
        # A row that wraps, or the buttons would be narrower than their texts.
        wrapped = WrappingRow(GAP, DifferenceBox(compared, links), limits, new, back)
        lay_out(QHBoxLayout(self), self.title, wrapped, stretched=self.title, spacing=0)


class EntrantBar(QWidget):
    """Name of the selected flow, and buttons that add and remove flows."""

    def __init__(
        self,
        compared: ComparedState,
        menu: QMenu,
        rename: Callable[[str, str], object],
        remove: Callable[[str], object],
    ) -> None:
        """Create a bar.

        Args:
            compared: The entrants.
            menu: The flows that can be added.
            rename: Gives the entrant with a name another one.
            remove: Removes the entrant with a name.
        """
        super().__init__()
        self.setObjectName("entrantBar")
        self._compared, self._rename_entrant = compared, rename
        tip = "Name of the selected flow"
        self._name = named(QLineEdit(), "entrantName", tip, tip)
        self._name.setMaxLength(MAX_NAME)
        self._add = button("addEntrantButton", "&Add", "Add another flow to the comparison", "add")
        self._add.setMenu(menu)
        self._remove = button(
            "removeEntrantButton", "Re&move", "Remove the selected flow (Delete)", "remove",
            run=lambda: remove(compared.value.selected),
        )  # fmt: skip
        lay_out(QHBoxLayout(self), self._name, self._add, self._remove, stretched=self._name)
        self._name.editingFinished.connect(self._rename)
        compared.watch(lambda value: (value.selected, value.names), self._show)

    def _show(self, shown: tuple[str, Sequence[str]]) -> None:
        selected, names = shown
        self._name.setText(selected)
        self._add.setEnabled(len(names) < MAX_ENTRANTS)
        self._remove.setEnabled(len(names) > 1)

    def _rename(self) -> None:
        selected, name = self._compared.value.selected, self._name.text().strip()
        if name and name != selected and name not in self._compared.value.names and name.isprintable():
            self._rename_entrant(selected, name)
        else:
            self._name.setText(selected)
