"""The condition bar: a slider for the value of the condition at which the flow is shown."""

from PyQt6.QtCore import QSignalBlocker, Qt, QTimeLine
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.tokens import UNIT
from flowviz.app.widgets.controls import lay_out, named, tool_button
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.specs.condition import UNSEEN, Condition

POSITIONS = 840  # of the slider, so that each of up to nine classes has one
NEAR = 12  # positions from that of a class within which the slider means the class
NAME_WIDTH, VALUE_WIDTH = 12 * UNIT, 48 * UNIT  # pixels; longer texts are elided
TOUR_MS = 6000  # from the first value to the last and back


class ConditionBar(QWidget):
    """Slider for the condition of a flow, with a play button and the value; hidden unless the flow is conditional."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self._request, self._condition = request, Condition(name="value")
        self._name, self._value = QLabel(), QLabel()
        self._slider = named(JumpSlider(), "conditionSlider", "Condition", "Choose the value of the condition")
        self._slider.setRange(0, POSITIONS)
        tip = "Go through all values and back, or stop"
        self._play = tool_button("conditionPlayButton", "Play the condition", tip, "play", run=self._toggle)
        self._tour = QTimeLine(TOUR_MS, self._slider)
        self._tour.setLoopCount(0)
        lay_out(QHBoxLayout(self), self._name, self._slider, self._play, self._value, stretched=self._slider)
        self.setObjectName("conditionBar")
        self._tour.valueChanged.connect(
            lambda share: self._slider.setValue(round(POSITIONS * (1 - abs(1 - 2 * share))))
        )
        self._slider.valueChanged.connect(self._choose)
        self._slider.sliderPressed.connect(self._tour.stop)
        request.watch(_shown, self._show)

    def _show(self, shown: tuple[Condition, float] | None) -> None:
        self.setVisible(shown is not None)
        if shown is None:
            self._tour.stop()
            return
        condition, value = shown
        if condition != self._condition:
            self._condition = condition
            # Otherwise, the slider would move under the pointer.
            self._value.setMinimumWidth(min(VALUE_WIDTH, self._widest_text()))
            self._name.setText(self._elided(f"{condition.name[:1].upper()}{condition.name[1:]}", NAME_WIDTH))
        low, high = self._condition.range
        if self._tour.state() == QTimeLine.State.NotRunning and not self._slider.isSliderDown():
            with QSignalBlocker(self._slider):
                self._slider.setValue(round(POSITIONS * (value - low) / (high - low)))
        self._value.setText(self._elided(self._condition.caption(value), VALUE_WIDTH))

    def _choose(self, position: int) -> None:
        classes = len(self._condition.classes)
        if classes:
            nearest = POSITIONS / (classes - 1) * round(position * (classes - 1) / POSITIONS)
            position = round(nearest) if abs(position - nearest) <= NEAR else position
        self._request.set_given(self._value_at(position))

    def _value_at(self, position: int) -> float:
        low, high = self._condition.range
        return low + (high - low) * position / POSITIONS

    def _elided(self, text: str, width: int) -> str:
        return self._value.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _widest_text(self) -> int:
        labels = [self._condition.label(self._value_at(place)) for place in range(0, POSITIONS, NEAR)]
        unseen = UNSEEN if self._condition.classes else ""
        return max(self._value.fontMetrics().horizontalAdvance(label + unseen) for label in labels)

    def _toggle(self) -> None:
        if self._tour.state() == QTimeLine.State.Running:
            self._tour.stop()
        else:
            self._tour.start()


def _shown(request: Request) -> tuple[Condition, float] | None:
    """Return the condition of the requested flow and its value, or None if the flow is not conditional."""
    flow = request.plan.flow
    return None if flow.condition is None or flow.given is None else (flow.condition, flow.given)
