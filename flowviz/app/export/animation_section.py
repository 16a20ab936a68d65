"""The section on how an exported animation plays."""

from PyQt6.QtWidgets import QLabel

from flowviz.app.export.section import FIELDS, ExportSection, disable_choice, number_box
from flowviz.app.widgets.choice_words import CHOICES
from flowviz.app.widgets.controls import choice_box
from flowviz.specs import ExportSpec
from flowviz.specs.fields import with_values

PLAYBACK = ("through", "easing", "heading", "repeat")
NO_HISTORY = "The project has no saved moments of a training. Train first."


class AnimationSection(ExportSection):
    """Sequence, number of frames and timing of an animation."""

    def __init__(self, *, has_history: bool) -> None:
        """Disable playing through the training where there is no history of it."""
        super().__init__("Animation")
        self._has_history = has_history
        self._boxes = {name: choice_box(f"export{name.capitalize()}", FIELDS[name], CHOICES[name]) for name in PLAYBACK}
        for through in ("training", "both"):
            disable_choice(self._boxes["through"], through, "" if has_history else NO_HISTORY)
        self._in_betweens = number_box("exportInBetweens", FIELDS["in_betweens"])
        self._fps = number_box("exportRate", FIELDS["fps"])
        self._length = QLabel()
        self._length.setObjectName("exportLength")
        self._length.setAccessibleName("Number of frames and duration")
        self._add_rows()
        for box in self._boxes.values():
            box.chosen.connect(lambda: self.changed.emit())
        for number in (self._in_betweens, self._fps):
            number.valueChanged.connect(lambda: self.changed.emit())

    def apply_to(self, spec: ExportSpec) -> ExportSpec:
        numbers = {"in_betweens": self._in_betweens.value(), "fps": self._fps.value()}
        return with_values(spec, {**numbers, **{name: box.value for name, box in self._boxes.items()}})

    def show_length(self, length: str) -> None:
        """Show the number of frames and their duration."""
        self._length.setText(length)

    def _show_values(self, spec: ExportSpec) -> None:
        for name, box in self._boxes.items():
            box.choose(getattr(spec.seen.playback, name))
        if not self._has_history:
            self._boxes["through"].choose("layers")
        self._in_betweens.setValue(spec.in_betweens)
        self._fps.setValue(spec.fps)

    def _add_rows(self) -> None:
        self.add_row("through", self._boxes["through"])
        self.add_row("in_betweens", self._in_betweens)
        self.add_row("fps", self._fps, self._length)
        for name in ("easing", "heading", "repeat"):
            self.add_row(name, self._boxes[name])
