"""The bar that leads back to a comparison."""

from collections.abc import Callable

from PyQt6.QtWidgets import QFrame, QHBoxLayout

from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.widgets.controls import button, lay_out
from flowviz.app.widgets.labels import FittingLabel

KEPT = "The comparison is kept, and its training is paused."


class ReturnBar(QFrame):
    """Bar above the cloud with a button that returns to the comparison; hidden while there is none to return to."""

    def __init__(self, return_to_comparison: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("returnBar")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._text = FittingLabel("returnText", "Which flow is shown")
        tip = "Show the flows side by side again (Ctrl+Shift+T)"
        back = button("returnButton", "&Back to the Comparison", tip, run=return_to_comparison)
        lay_out(QHBoxLayout(self), self._text, back, stretched=self._text, margin=(GAP, TIGHT, TIGHT, TIGHT))
        self.hide()

    def show_entrant(self, name: str) -> None:
        """Say which entrant is shown on its own; no name if another flow is shown."""
        self._text.show_texts(f"'{name}' is open on its own. {KEPT}" if name else KEPT)
