"""The condition bar: a slider for the value of the condition at which the flow is shown."""

import numpy as np
from PyQt6.QtCore import QSignalBlocker, QTimeLine
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.style.tokens import UNIT
from flowviz.app.widgets.controls import check_box, flat, label_of, lay_out, named, row_widget, tool_button
from flowviz.app.widgets.form import ControlSpec, bind_control, control_of
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.app.widgets.labels import FittingLabel
from flowviz.specs import FlowSpec
from flowviz.specs.condition import ANY, Condition, Value
from flowviz.specs.fields import SpecField

POSITIONS = 840  # of the slider, so that each of up to nine classes has one
NEAR = 12  # positions from that of a class within which the slider means the class
NAME_WIDTH, VALUE_WIDTH = 12 * UNIT, 30 * UNIT  # pixels; longer texts are elided
SLIDER_WIDTH = 15 * UNIT  # pixels at least, for which the texts give way
TOUR_MS = 6000  # from the first value to the last and back
ANY_TIP = "Show what the flow knows of all values together, from the points whose value was left out of its training"
GUIDANCE = SpecField("guidance", FlowSpec.model_fields["guidance"])
GUIDED = "The velocity is w v(x|c) + (1−w) v(x). Show Density, too: guided particles do not have the tilted one"
UNTRAINED = "Press Train to use this condition"
UNGUIDED = "Show Density to see it: the particles of this family are not guided"


class ConditionBar(QWidget):
    """Slider for the condition of a flow, with a play button and the value; hidden unless the flow is conditional.

    If values were left out of the training of the displayed flow, it can be shown at any value, or with guidance.
    The bar is disabled while the displayed flow has another condition than the requested one.
    """

    def __init__(self, request: RequestState, view: ViewState) -> None:
        super().__init__()
        self._request, self._view, self._condition = request, view, Condition(name="value")
        self._name = FittingLabel("conditionName", "Name of the condition")
        self._value = FittingLabel("conditionValue", "Value of the condition")
        self._slider = named(JumpSlider(), "conditionSlider", "Condition", "Choose the value of the condition")
        self._slider.setRange(0, POSITIONS)
        self._slider.setMinimumWidth(SLIDER_WIDTH)
        tip = "Go through all values and back, or stop"
        self._play = flat(tool_button("conditionPlayButton", "Play the condition", tip, "play", run=self._toggle))
        self._tour = QTimeLine(TOUR_MS, self._slider)
        self._tour.setLoopCount(0)
        self._any = check_box("conditionAnyBox", "Any", ANY_TIP)
        self._guidance = control_of(GUIDANCE, ControlSpec("guidanceBox", decimals=1, is_late=True))
        self._guiding = row_widget(self._any, label_of(self._guidance), self._guidance)
        parts = self._name, self._slider, self._play, self._value, self._guiding
        lay_out(QHBoxLayout(self), *parts, stretched=self._slider)
        self.setObjectName("conditionBar")
        self._tips: dict[QWidget, str] = {part: part.toolTip() for part in (self, self._slider, self._play, self._any)}
        self._tour.valueChanged.connect(
            lambda share: self._slider.setValue(round(POSITIONS * (1 - abs(1 - 2 * share))))
        )
        self._slider.valueChanged.connect(self._choose)
        self._slider.sliderPressed.connect(self._tour.stop)
        request.watch(_shown, self._show)
        bind_control(request, lambda value: value.plan.flow.given == ANY, self._any, self._choose_any)
        bind_control(request, lambda value: value.plan.flow.guidance, self._guidance, request.set_guidance)
        view.observe(lambda value: value.known, lambda _: self._explain())
        request.watch(_explained, lambda _: self._explain())

    def _show(self, shown: tuple[Condition, Value] | None) -> None:
        self.setVisible(shown is not None)
        if shown is None:
            self._tour.stop()
            return
        condition, value = shown
        if condition != self._condition:
            self._condition, name = condition, condition.heading
            self._name.show_texts(name)
            self._name.ask_for(min(NAME_WIDTH, self._width_of(name)))
            # Otherwise, the slider would move under the pointer.
            self._value.ask_for(min(VALUE_WIDTH, self._widest_text()))
        is_moving = self._tour.state() == QTimeLine.State.Running or self._slider.isSliderDown()
        if not (is_moving or isinstance(value, str)):
            with QSignalBlocker(self._slider):
                self._slider.setValue(round(np.interp(value, self._condition.range, (0, POSITIONS))))
        self._value.show_texts(*self._texts_of(value))

    def _choose(self, position: int) -> None:
        classes = len(self._condition.classes)
        if classes:
            nearest = POSITIONS / (classes - 1) * round(position * (classes - 1) / POSITIONS)
            position = round(nearest) if abs(position - nearest) <= NEAR else position
        self._request.set_given(self._value_at(position))

    def _choose_any(self, is_any: bool) -> None:
        self._tour.stop()
        self._request.set_given(ANY if is_any else self._value_at(self._slider.value()))

    def _explain(self) -> None:
        """Enable what the displayed flow can do as requested, and say why it cannot, or what its guidance does."""
        flow, known = self._request.plan.flow, self._view.value.known
        is_trained = flow.condition == known.condition
        self._guiding.setVisible(known.leaves_out)
        self.setEnabled(is_trained)
        if not is_trained:
            self._tour.stop()
        self._any.setEnabled(flow.leave_out > 0)
        self._guidance.setEnabled(flow.leave_out > 0 and flow.given != ANY)
        self._tips[self._guidance] = f"{GUIDANCE.description}.\n{GUIDED if flow.recipe.is_continuous else UNGUIDED}"
        for part, tip in self._tips.items():
            part.setToolTip(tip if is_trained else UNTRAINED)

    def _value_at(self, position: int) -> float:
        low, high = self._condition.range
        return low + (high - low) * position / POSITIONS

    def _width_of(self, text: str) -> int:
        return self._value.fontMetrics().size(0, text).width()

    def _widest_text(self) -> int:
        values = map(self._value_at, range(0, POSITIONS, NEAR))
        return max(self._width_of(self._texts_of(value)[0]) for value in values)

    def _texts_of(self, value: Value) -> tuple[str, ...]:
        """Return texts for a value, from the longest to the shortest; the name of a number is beside the slider."""
        condition = self._condition
        if value != ANY and not condition.classes:
            return (condition.number(value),)
        return condition.caption(value), condition.label(value)

    def _toggle(self) -> None:
        if self._tour.state() == QTimeLine.State.Running:
            self._tour.stop()
        else:
            self._tour.start()


def _explained(request: Request) -> tuple[object, ...]:
    """Return what decides which controls are enabled; the value itself changes too often."""
    flow = request.plan.flow
    return flow.condition, flow.leave_out, flow.given == ANY, flow.recipe.is_continuous


def _shown(request: Request) -> tuple[Condition, Value] | None:
    """Return the condition of the requested flow and its value, or None if the flow is not conditional."""
    flow = request.plan.flow
    return None if flow.condition is None or flow.given is None else (flow.condition, flow.given)
