"""The status bar: the metrics of a training and messages, laid out so that changing numbers do not jitter."""

from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStatusBar, QWidget

from flowviz.app.style.tokens import GAP, WIDE
from flowviz.app.threads.delay import delayed
from flowviz.app.training.activity import Activity
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.font_follower import FontFollower
from flowviz.app.widgets.labels import format_duration

MESSAGE_MS = 10_000
# Description and widest usual text of each metric, by name. A status bar that is too narrow hides the last ones first.
METRICS = {
    "left": ("Training time left", "00:00 min left"),
    "step": ("Training steps so far", "step 000,000"),
    "speed": ("Training speed", "0,000 steps/s"),
}


class StatusBar(FontFollower, QStatusBar):
    """Status bar with the latest metrics of a training that is not over, and a temporary message."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "statusBar", "Progress of the training")
        self._metrics = {name: _label(f"{name}Status", tip, tip) for name, (tip, _) in METRICS.items()}
        self._message = _label("statusMessage", "Latest message", "")
        self._message.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._message_timer = delayed(self, partial(self.show_message, ""), MESSAGE_MS)
        self._row = QWidget()
        self._row.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the window may be narrower
        parts = *self._metrics.values(), self._message
        lay_out(QHBoxLayout(self._row), *parts, stretched=self._message, margin=(GAP, 0, 0, 0), spacing=WIDE)
        self.addWidget(self._row, 1)
        self._reserve_widths()

    def show_activity(self, activity: Activity) -> None:
        """Show the step, the time left and the speed of a training; the panel shows the rest."""
        texts = _metric_texts(activity)
        for name, label in self._metrics.items():
            label.setText(texts.get(name, ""))
            label.setMinimumWidth(max(label.minimumWidth(), label.sizeHint().width()))  # never shrinks, to avoid jitter
        self._fit()

    def show_message(self, sentence: str) -> None:
        """Show a message for a few seconds, in full in its tooltip. An empty one removes it."""
        self._message.setToolTip(sentence)
        if sentence:
            self._message_timer.start()
        self._fit()

    def _reserve_widths(self) -> None:
        for name, label in self._metrics.items():
            label.setMinimumWidth(self.fontMetrics().horizontalAdvance(METRICS[name][1]))

    def _fit(self) -> None:
        """Show the message, and the metrics that fit into the remaining room."""
        metrics, sentence = self._message.fontMetrics(), self._message.toolTip()
        room = self._row.width() - WIDE
        self._message.setText(metrics.elidedText(sentence, Qt.TextElideMode.ElideMiddle, room))
        room -= min(metrics.horizontalAdvance(sentence), room)
        for label in self._metrics.values():
            room -= label.minimumWidth() + WIDE
            label.setVisible(bool(label.text()) and room >= 0)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def fit_font(self) -> None:
        self._reserve_widths()
        self._fit()


def _metric_texts(activity: Activity) -> dict[str, str]:
    progress = activity.progress
    if progress is None or not activity.has_time_left:
        return {}
    return {
        "step": f"step {progress.step:,}",
        "left": f"{format_duration(progress.seconds_left)} left" if progress.seconds_left else "",
        "speed": f"{progress.steps_per_second:,.0f} steps/s",
    }


def _label(object_name: str, description: str, tip: str) -> QLabel:
    """Return a label without an accessible name, so that screen readers read its text."""
    label = named(QLabel(), object_name, "", tip, description)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
