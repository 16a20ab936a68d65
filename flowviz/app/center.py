"""The middle of the window: the cloud, what of it is shown, and the ways through it."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.instruments import Instruments
from flowviz.app.wrapping_row import WrappingRow

MARGIN, SPACING = 6, 4  # pixels


class Center(QWidget):
    """What is looked at, above the ways through it."""

    def __init__(self, show: Instruments) -> None:
        super().__init__()
        playing = WrappingRow(24, show.playback, show.scrubber.label)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(SPACING)
        column.addWidget(show.bar)
        column.addWidget(show.cloud, stretch=1)
        for widget in (show.readout, show.strip, show.scrubber):
            column.addWidget(widget)
        column.addLayout(playing)
        column.addWidget(show.history)
