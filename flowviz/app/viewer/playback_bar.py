"""Play, and how: what is played, again or once, easing, heading, speed."""

from PyQt6.QtCore import QEvent, QSize, pyqtSignal
from PyQt6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from flowviz.app.style.icons import icon
from flowviz.app.widgets.choice_words import CHOICES
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.specs import Playback

ICON_SIDE, SPACING = 16, 4  # pixels; the side at least


class PlaybackBar(QWidget):
    """Announces the play button and what is chosen."""

    play_toggled = pyqtSignal()
    playback_chosen = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._play = QToolButton()
        self._play.setObjectName("playButton")
        self._play.setAutoRaise(True)
        self._play.clicked.connect(lambda: self.play_toggled.emit())
        self._boxes = {name: ChoiceBox(f"{name}Box", title, choices) for name, (title, choices) in CHOICES.items()}
        for name, box in self._boxes.items():
            box.choose(getattr(Playback(), name))
            box.chosen.connect(lambda: self.playback_chosen.emit(self.playback()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(WrappingRow(SPACING, self._play, *self._boxes.values()))
        self.show_playing(False)

    def playback(self) -> Playback:
        """What is chosen."""
        return Playback(**{name: box.value for name, box in self._boxes.items()})

    def show_playback(self, playback: Playback) -> None:
        """Choose this."""
        speed = self._boxes["speed"]
        if speed.findData(playback.speed) < 0:
            speed.addItem(f"{playback.speed:g}×", playback.speed)
        for name, box in self._boxes.items():
            box.choose(getattr(playback, name))

    def choose_next(self, name: str, step: int = 1, *, around: bool = True) -> None:
        """Choose the next value of `through`, `repeat`, `heading`, `easing` or `speed`; from the last one the first."""
        box = self._boxes[name]
        index = box.currentIndex() + step
        box.setCurrentIndex(index % box.count() if around else min(max(index, 0), box.count() - 1))

    def show_playing(self, playing: bool) -> None:
        """Show what the play button will do."""
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setToolTip("Stop playing (Ctrl+Space)" if playing else "Play (Ctrl+Space)")
        self._play.setAccessibleName("Stop playing" if playing else "Play")

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.FontChange:
            side = max(ICON_SIDE, self.fontMetrics().height())
            self._play.setIconSize(QSize(side, side))
        super().changeEvent(event)
