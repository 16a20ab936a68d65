"""The playback bar: the play button and the playback options."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from flowviz.app.state.view import ViewState
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import TIGHT, UNIT
from flowviz.app.widgets.choice_words import CHOICES
from flowviz.app.widgets.controls import ChoiceBox, named
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import bind_fields
from flowviz.specs import Playback
from flowviz.specs.fields import fields_of

FIELDS = fields_of(Playback)
ICON_SIDE, SPACING = 2 * UNIT, TIGHT  # pixels; the icon grows with the text


class PlaybackBar(QWidget):
    """Play button and playback options."""

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._play = QToolButton()
        self._play.setAutoRaise(True)
        self.play_toggled = self._play.clicked
        self._boxes = {name: PlaybackBox(name, choices) for name, choices in CHOICES.items()}
        bind_fields(view, lambda value: value.seen.playback, self._boxes, view.update_playback)
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
        name = "Stop playing" if playing else "Play"
        named(self._play, "playButton", name, f"{name} (Ctrl+Space)")

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.FontChange:
            side = max(ICON_SIDE, self.fontMetrics().height())
            self._play.setIconSize(QSize(side, side))
        super().changeEvent(event)


class PlaybackBox(ChoiceBox):
    """Combo box for an option of the playback."""

    def __init__(self, name: str, choices: Mapping[Any, str]) -> None:
        super().__init__(f"{name}Box", FIELDS[name].title, choices)
        self.setToolTip(FIELDS[name].description)

    def choose(self, value: Any) -> None:
        """Select a value, and offer a speed from a project file that is not one of the usual ones."""
        if self.findData(value) < 0:
            place = sum(self.itemData(index) < value for index in range(self.count()))
            self.insertItem(place, f"{value:g}×", value)
        super().choose(value)
