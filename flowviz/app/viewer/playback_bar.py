"""The playback bar: the play button and the playback options."""

from functools import partial
from typing import Any

from PyQt6.QtCore import QEvent, QSize, pyqtSignal
from PyQt6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from flowviz.app.state.binding import bind
from flowviz.app.state.view import View, ViewState
from flowviz.app.style.icons import icon
from flowviz.app.widgets.choice_words import CHOICES
from flowviz.app.widgets.controls import ChoiceBox, choice_box
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.specs import Playback
from flowviz.specs.fields import fields_of

ICON_SIDE, SPACING = 16, 4  # pixels; the icon grows with the text


class PlaybackBar(QWidget):
    """Play button and playback options."""

    play_toggled = pyqtSignal()

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view = view
        self._play = QToolButton()
        self._play.setObjectName("playButton")
        self._play.setAutoRaise(True)
        self._play.clicked.connect(lambda: self.play_toggled.emit())
        self._boxes = {
            name: choice_box(f"{name}Box", fields_of(Playback)[name], choices) for name, choices in CHOICES.items()
        }
        for name, box in self._boxes.items():
            show, request = partial(self._show_option, box), partial(self._request, name)
            bind(view, partial(_option, name), show, box.currentIndexChanged, box.currentData, request)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(WrappingRow(SPACING, self._play, *self._boxes.values()))
        self.show_playing(False)

    def choose_next(self, name: str, step: int = 1, *, around: bool = True) -> None:
        """Choose the value that is `step` places further; with `around`, the first value follows the last one."""
        box = self._boxes[name]
        index = box.currentIndex() + step
        box.setCurrentIndex(index % box.count() if around else min(max(index, 0), box.count() - 1))

    def show_playing(self, playing: bool) -> None:
        """Update the play button to stop or to start playing."""
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setToolTip("Stop playing (Ctrl+Space)" if playing else "Play (Ctrl+Space)")
        self._play.setAccessibleName("Stop playing" if playing else "Play")

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.FontChange:
            side = max(ICON_SIDE, self.fontMetrics().height())
            self._play.setIconSize(QSize(side, side))
        super().changeEvent(event)

    def _request(self, name: str, value: Any) -> None:
        self._view.set_playback(self._view.seen.playback.model_copy(update={name: value}))

    def _show_option(self, box: ChoiceBox, value: Any) -> None:
        if box.findData(value) < 0:  # a speed from a project file that is not offered
            place = sum(box.itemData(index) < value for index in range(box.count()))
            box.insertItem(place, f"{value:g}×", value)
        box.choose(value)


def _option(name: str, view: View) -> Any:
    return getattr(view.seen.playback, name)
