"""The status bar: what the training is doing, in figures that do not jitter."""

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import QFont, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStatusBar, QWidget

from flowviz.app.widgets.labels import format_duration
from flowviz.records import Progress

SPACING = 18  # pixels between two figures
MESSAGE_MS = 10_000
UNKNOWN_GAP = "gap unknown"
UNKNOWN_GAP_TIP = "The entropy of this target is unknown, so no gap can be told"
# The figures in the order of importance, for the last ones give way: name, what it is, and the widest usual text.
FIGURES = {
    "gap": ("Gap: held-out NLL less the entropy of the target; 0 is the best that any flow can do", "gap 00.000 nats"),
    "loss": ("Loss: the mean negative log-likelihood (NLL) over the latest steps", "loss -00.000 nats"),
    "step": ("Steps of the training", "step 000,000"),
    "left": ("Time left", "00:00 min left"),
    "speed": ("Speed of the training", "0,000 steps/s"),
}


class StatusBar(QStatusBar):
    """Shows the state, the figures of the latest step, and for a while what else was done."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusBar")
        self.setAccessibleName("State of the training, and its figures")
        self._word, self._goes_on = "", False
        self._progress: Progress | None = None
        self._state = _label("statusState", "State of the training", "")
        self._figures = {name: _label(f"{name}Status", tip, tip) for name, (tip, _) in FIGURES.items()}
        self._message = _label("statusMessage", "What was done", "")
        self._message.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._told = ""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(MESSAGE_MS)
        self._patience.timeout.connect(self._forget)  # a lambda may go before the timer: Qt would run what is gone
        self._line = QWidget()
        font = self._line.font()
        font.setFeature(QFont.Tag("tnum"), 1)  # digits of the same width
        self._line.setFont(font)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the figures give way
        layout = QHBoxLayout(self._line)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self._state)
        for label in self._figures.values():
            layout.addWidget(label)
        layout.addWidget(self._message, stretch=1)
        self.addWidget(self._line, 1)
        self._reserve_room()

    @property
    def text(self) -> str:
        """All that can be read in it."""
        shown = [self._state, *(label for label in self._figures.values() if label.isVisibleTo(self)), self._message]
        return " ".join(label.text() for label in shown if label.text())

    def show_state(self, word: str, *, goes_on: bool = False) -> None:
        """Say what the training is doing, in a word; only one that goes on has any time left."""
        self._word, self._goes_on = word, goes_on
        self.show_progress(self._progress)

    def show_progress(self, progress: Progress | None) -> None:
        """Show the figures of the latest step; None where there are none."""
        self._progress = progress
        told = _told(progress, goes_on=self._goes_on) if progress else {}
        for name, label in self._figures.items():
            self._show(label, told.get(name, ""))
        unknown = progress is not None and progress.gap is None
        self._figures["gap"].setToolTip(UNKNOWN_GAP_TIP if unknown else FIGURES["gap"][0])
        self._state.setText(f"{self._word}:" if told else self._word)
        self._fit()

    def tell(self, sentence: str) -> None:
        """Say for a while what was done."""
        self._told = sentence
        self._message.setToolTip(sentence)
        if sentence:
            self._patience.start()
        self._fit()

    def _forget(self) -> None:
        self.tell("")

    def _show(self, label: QLabel, text: str) -> None:
        label.setText(text)
        if label.sizeHint().width() > label.minimumWidth():  # it does not become narrower again
            label.setMinimumWidth(label.sizeHint().width())
            self._fit()

    def _reserve_room(self) -> None:
        for name, label in self._figures.items():
            label.setMinimumWidth(self.fontMetrics().horizontalAdvance(FIGURES[name][1]))

    def _fit(self) -> None:
        """The message first, then as many figures as there is room for."""
        wanted = self._message.fontMetrics().horizontalAdvance(self._told)
        room = self._line.width() - 2 * SPACING - self._state.sizeHint().width()
        self._message.setText(self._told if wanted <= room else self._elided(room))
        room -= min(wanted, room)
        for label in self._figures.values():
            room -= label.minimumWidth() + SPACING
            label.setVisible(bool(label.text()) and room >= 0)

    def _elided(self, width: int) -> str:
        return self._message.fontMetrics().elidedText(self._told, Qt.TextElideMode.ElideMiddle, width)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._reserve_room()
            self._fit()


def _told(progress: Progress, *, goes_on: bool) -> dict[str, str]:
    return {
        "gap": UNKNOWN_GAP if progress.gap is None else f"gap {progress.gap:.3f} nats",
        "loss": f"loss {progress.train_nll:.3f} nats",
        "step": f"step {progress.step:,}",
        "left": f"{format_duration(progress.seconds_left)} left" if goes_on and progress.seconds_left else "",
        "speed": f"{progress.steps_per_second:,.0f} steps/s",
    }


def _label(object_name: str, description: str, tip: str) -> QLabel:
    """Its accessible name is what it says."""
    label = QLabel()
    label.setObjectName(object_name)
    label.setAccessibleDescription(description)
    label.setToolTip(tip)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
