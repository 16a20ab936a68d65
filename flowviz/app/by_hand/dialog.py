"""The dialog that starts a flow that is built by hand."""

from collections.abc import Callable

from PyQt6.QtWidgets import QDialog, QFormLayout, QSpinBox, QVBoxLayout, QWidget

from flowviz.app.style.tokens import GAP, UNIT
from flowviz.app.widgets.controls import accept_buttons, begin_dialog, lay_out, named
from flowviz.app.widgets.labels import WrappingLabel

USUAL_COUPLINGS, MAX_COUPLINGS = 4, 16
WIDTH = 48 * UNIT  # pixels
HEADING = (
    "Be the optimizer: start with couplings that do nothing, and bend their curves in the layer inspector until the "
    "cloud becomes '{title}'. Nothing is trained; the gap tells how close you are."
)


class ByHandDialog(QDialog):
    """Dialog to choose the number of couplings."""

    def __init__(self, title: str, start: Callable[[int], object], parent: QWidget | None = None) -> None:
        """Ask how many couplings to build for the target with a title, and call `start` with the number."""
        super().__init__(parent)
        begin_dialog(self, "byHandDialog", "Build by Hand")
        heading = WrappingLabel("byHandHeading", "What building by hand means", HEADING.format(title=title))
        heading.setMinimumWidth(WIDTH)
        tip = "Each coupling moves points along one axis; between two of them, the axes are swapped"
        couplings = named(QSpinBox(), "byHandCouplings", "Number of couplings", tip)
        couplings.setRange(1, MAX_COUPLINGS)
        couplings.setValue(USUAL_COUPLINGS)
        buttons = accept_buttons(self, "buildButton", "&Build", "Start with these couplings")
        self.accepted.connect(lambda: start(couplings.value()))
        form = QFormLayout()
        form.addRow("&Couplings", couplings)
        lay_out(QVBoxLayout(self), heading, form, buttons, margin=GAP)
        couplings.setFocus()
