"""The bar that leads back to a comparison."""

from collections.abc import Callable

from PyQt6.QtWidgets import QFrame, QHBoxLayout

from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.controls import button, lay_out
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.workspace.compared import ComparedState

KEPT, PAUSED = "The comparison is kept.", "The comparison is kept, and its training is paused."


class ReturnBar(QFrame):
    """Bar above the cloud with a button that returns to the comparison; hidden while there is none to return to."""

    def __init__(self, compared: ComparedState, return_to_comparison: Callable[[], object]) -> None:
        super().__init__()
        self._compared = compared
        self.setObjectName("returnBar")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._text = FittingLabel("returnText", "Which flow is shown")
        tip = "Show the flows side by side again (Ctrl+Shift+T)"
        back = button("returnButton", "&Back to the Comparison", tip, run=return_to_comparison)
        lay_out(QHBoxLayout(self), self._text, back, stretched=self._text, margin=(GAP, TIGHT, TIGHT, TIGHT))
        self.hide()

    def show_entrant(self, title: str) -> None:
        """Say which entrant is shown on its own, and whether the others are paused; no title for another flow."""
        kept = PAUSED if self._compared.value.state == TrainingState.PAUSED else KEPT
        self._text.show_texts(f"'{title}' is open on its own. {kept}" if title else kept)
