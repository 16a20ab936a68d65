"""The ledger panel: what the base and each stage add to the log-density of the probed point, or of the data."""

from functools import partial
from operator import methodcaller

from PyQt6.QtCore import QPointF, pyqtSignal
from PyQt6.QtGui import QFontInfo, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QCheckBox, QWidget

from flowviz.app.commands.actions import enable_unless
from flowviz.app.pane.cloud_view import device_size, word_height_in
from flowviz.app.pane.side_panel import SidePanel
from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import shown_theme
from flowviz.app.widgets.controls import HelpButton, check_box, named, row
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.images import image_of
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.records.ledger import Ledger
from flowviz.specs import ViewSpec

HELP = (
    "Each bar begins where the one above ends. To the right (blue), a layer squeezes areas together, which raises the "
    "density; to the left (orange), it stretches them. Σ\u00a0log|det\u00a0J|, the sum over all layers, is subtracted: "
    "below 0, the layers squeeze more than they stretch. Click a row to go to its layer."
)
MEAN = "&Mean over the data"
MEAN_TIP = "While no point is probed, show the mean over validation points. Its sum is minus their NLL"


class LedgerPanel(SidePanel):
    """Panel with a ledger as a picture, its formula and its sum.

    Attributes:
        mean: Check box that asks for the mean over the data while no point is probed.
        help: Shows and hides how to read the ledger.
    """

    shown = pyqtSignal()

    def __init__(self, view: ViewState) -> None:
        """Create a panel that marks the current stage of a view; a click on a row goes to its stage."""
        super().__init__("ledgerPanel", "Ledger")
        self._formula = WrappingLabel("ledgerFormula", "Formula of the ledger")
        self._sum = WrappingLabel("ledgerSum", "Sum of the ledger")
        self._picture = LedgerPicture(view)
        self.mean: QCheckBox = check_box("ledgerMean", MEAN, MEAN_TIP)
        view.watch(methodcaller("problem", "ledger"), partial(enable_unless, self.mean, tip=MEAN_TIP))
        self._explanation = WrappingLabel("ledgerHelp", "How to read the ledger", HELP)
        self.help = HelpButton("ledger", self._explanation)
        below = row(self.mean, self.help, stretched=self.mean)
        self.fill(self._formula, self._sum, self._picture, below, self._explanation, stretched=self._picture)

    def show_ledger(self, ledger: Ledger, limits: tuple[float, float] | None) -> None:
        """Show a ledger on a scale with common limits."""
        from flowviz.rendering.ledger import ledger_sentences  # loads Pillow

        formula, total = ledger_sentences(ledger)
        self._formula.setText(_typeset(formula))
        self._sum.setText(f"<b>{_typeset(total)}</b>")
        self._picture.show_ledger(ledger, limits)

    def show_nothing(self, sentence: str) -> None:
        """Show a sentence in place of a ledger."""
        self._formula.setText(sentence)
        self._sum.setText("")
        self._picture.show_ledger(None, None)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.shown.emit()


class LedgerPicture(ThemeFollower, QWidget):
    """Widget that draws a ledger as an export does; its height gives every stage a row."""

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        named(self, "ledgerPicture", "Bars of the ledger")
        self._state = view
        self._ledger: Ledger | None = None
        self._limits: tuple[float, float] | None = None
        self._image: QImage | None = None
        view.observe(lambda value: value.stage, lambda _: self._redraw())

    def show_ledger(self, ledger: Ledger | None, limits: tuple[float, float] | None) -> None:
        """Show a ledger, or nothing."""
        self._ledger, self._limits = ledger, limits
        self.setAccessibleDescription("" if ledger is None else _lines(ledger))
        self.show_appearance()

    def _redraw(self) -> None:
        self._image = None
        self.update()

    def _view(self) -> ViewSpec:
        """Return a view whose text is as large as that of widgets."""
        return ViewSpec(theme=shown_theme(), word_height=word_height_in(self, 1.0))

    def _drawn(self, ledger: Ledger) -> QImage:
        from flowviz.rendering.ledger import render_ledger

        stage = self._state.value.stage
        pixels = render_ledger(ledger, self._view(), device_size(self), self._limits, stage, headed=False)
        return image_of(pixels, self.devicePixelRatioF())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._ledger is None:
            return
        if self._image is None:
            self._image = self._drawn(self._ledger)
        QPainter(self).drawImage(QPointF(), self._image)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or self._ledger is None:
            return
        from flowviz.rendering.ledger import row_at

        y = event.position().y() * self.devicePixelRatioF()
        entry = row_at(self._ledger, self._view(), device_size(self), y)
        if entry is not None and entry.stages is not None:
            self._state.set_stage(entry.stages[1])

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self.show_appearance()
        super().resizeEvent(event)

    def show_appearance(self) -> None:
        if self._ledger is not None:
            from flowviz.rendering.ledger import ledger_height

            self.setMinimumHeight(ledger_height(self._ledger, QFontInfo(self.font()).pixelSize(), self.width()))
        self._redraw()


def _typeset(text: str) -> str:
    """Return a text of a picture with the signs that its font lacks."""
    whole = text.replace("log|det J|", "log\u2060|\u2060det\u00a0J\u2060|")  # is not broken
    return whole.replace("p_base", "p<sub>base</sub>").replace("- sum of ", "− Σ\u00a0").replace("-", "−")


def _lines(ledger: Ledger) -> str:
    """Return the lines of a ledger for screen readers."""
    lines = [f"{entry.title}: {entry.nats:.2f}" for entry in ledger.entries]
    return "; ".join([*lines, f"sum of log|det J|: {ledger.log_det:.2f}", f"sum: {ledger.total:.2f} nats"])
