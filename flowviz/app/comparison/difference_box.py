"""The box that chooses the flow whose density is subtracted from those of the others."""

from PyQt6.QtWidgets import QComboBox

from flowviz.app.comparison.entrants import Compared, ComparedState
from flowviz.app.comparison.shared_view import SharedViewState
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.form import bind_control

NAME = "Difference from another flow"
TIP = "Color each cloud by how much more density its flow has than another flow that learns the same target"
MAX_CHARACTERS = 16  # longer names are elided


class DifferenceBox(ChoiceBox):
    """Combo box with an item for no difference and one for each flow of a comparison."""

    def __init__(self, compared: ComparedState, shared: SharedViewState) -> None:
        super().__init__("differenceBox", NAME, {})
        self.setToolTip(TIP)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(MAX_CHARACTERS)
        self._shared, self._choices = shared, dict[str, str]()
        bind_control(shared, lambda view: view.reference, self, shared.subtract)
        compared.changed.connect(lambda _, new: self._offer(new))
        self._offer(compared.value)

    def _offer(self, compared: Compared) -> None:
        """Offer the flows of a comparison; without the chosen one, there is no difference any more."""
        choices = {"": "No difference", **{run.key: f"Minus {run.name}" for run in compared.runs}}
        if choices == self._choices:
            return
        chosen, self._choices = self._shared.value.reference, choices
        was_blocked = self.blockSignals(True)  # the choice does not change
        self.clear()
        for key, text in choices.items():
            self.addItem(text, key)
        self.choose(chosen if chosen in choices else "")
        self.blockSignals(was_blocked)
        self.setEnabled(len(compared.runs) > 1)
