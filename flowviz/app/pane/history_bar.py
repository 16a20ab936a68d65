"""The history bar: a slider over the moments of a training."""

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from flowviz.app.state.binding import Binding
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.controls import checkable, lay_out, named, tool_button
from flowviz.app.widgets.font_follower import FontFollower
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.records import Timeline

CAPTION_MIN_WIDTH = 60  # average characters; a narrower bar has no caption
LONGEST_LABEL = "step 100,000,000"


class HistoryBar(FontFollower, QWidget):
    """Slider over the moments of a training. The last position is live: it follows the training."""

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view = view
        self._timeline = Timeline()
        self._slider = named(
            JumpSlider(),
            "historyScrubber",
            "Moment of the training",
            "Go back through the training (Alt+Down, Alt+Up)",
            "Saved moments of the training; the last one is the latest",
        )
        tip = "Show the latest moment and follow the training (Alt+PgUp)"
        self._live = checkable(tool_button("liveButton", "Follow the training", tip, "live", "Live", run=self.follow))
        self._label = named(QLabel(), "momentLabel", "Displayed training step")
        self._caption = QLabel("Training")
        parts = self._caption, self._slider, self._label, self._live
        lay_out(QHBoxLayout(self), *parts, stretched=self._slider)
        self.fit_font()
        self._moment = Binding(
            view, lambda value: value.seen.moment, self._show_moment, lambda step: view.update(moment=step)
        )
        self._slider.valueChanged.connect(self._request_moment)

    def show_timeline(self, timeline: Timeline) -> None:
        """Set the moments that the slider covers."""
        self._timeline = timeline
        self._moment.refresh()

    def step(self, moments: int) -> None:
        """Go forward, or back if negative, by a number of moments, at most to the first or the last one."""
        number = self._timeline.nearest(self._view.seen.moment) + moments
        self._request_moment(max(number, 0))

    def follow(self) -> None:
        """Show the latest moment and follow the training."""
        self._view.update(moment=None)
        self._moment.refresh()  # a click on a checked button unchecks it

    def _show_moment(self, step: int | None) -> None:
        moments, number = self._timeline.moments, self._timeline.nearest(step)
        self.setEnabled(len(moments) > 1)
        self._slider.setMaximum(max(len(moments) - 1, 1))  # the handle of a single moment is at the end
        self._slider.setValue(max(number, 1) if len(moments) == 1 else max(number, 0))
        self._live.setChecked(self._timeline.earlier(step) is None)
        self._label.setText(f"step {moments[number].step:,}" if moments else "not trained yet")

    def _request_moment(self, number: int) -> None:
        self._moment.request(self._timeline.step_of(number))

    def fit_font(self) -> None:
        """Reserve room for the longest label, so that the slider keeps its width during a training."""
        self._label.setMinimumWidth(self.fontMetrics().horizontalAdvance(LONGEST_LABEL))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._caption.setVisible(self.width() > CAPTION_MIN_WIDTH * self.fontMetrics().averageCharWidth())
        super().resizeEvent(event)
