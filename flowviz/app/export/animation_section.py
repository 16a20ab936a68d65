"""How an exported animation plays."""

from PyQt6.QtWidgets import QLabel

from flowviz.app.export.section import ExportPart, number_box, set_choosable
from flowviz.app.export.spec_edit import with_playback
from flowviz.app.widgets.choice_words import CHOICES
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.specs import ExportSpec
from flowviz.specs.export import FRAMES_PER_SECOND, IN_BETWEENS, MOST_FRAMES_PER_SECOND, MOST_IN_BETWEENS

LABELS = {"through": "Plays", "easing": "Mo&vement", "heading": "Heading", "repeat": "Repeat"}
NO_PAST = "No moments of the training are kept: train first."


class ExportMotionPart(ExportPart):
    """What plays, how many frames it has, and how they follow."""

    def __init__(self, *, has_past: bool) -> None:
        """Whether there are moments of the training to play through."""
        super().__init__("Motion")
        self._boxes = {name: ChoiceBox(f"export{name.capitalize()}", *CHOICES[name]) for name in LABELS}
        self._has_past = has_past
        for through in ("training", "both"):
            set_choosable(self._boxes["through"], through, "" if has_past else NO_PAST)
        self._in_betweens = number_box(
            "exportInBetweens", "Frames between two stages", 0, MOST_IN_BETWEENS, IN_BETWEENS
        )
        self._fps = number_box("exportRate", "Frames a second", 1, MOST_FRAMES_PER_SECOND, FRAMES_PER_SECOND)
        self._length = QLabel()
        self._length.setObjectName("exportLength")
        self._length.setAccessibleName("Number of frames, and how long they take")
        self._add_rows()
        for box in self._boxes.values():
            box.chosen.connect(lambda: self.changed.emit())
        for number in (self._in_betweens, self._fps):
            number.valueChanged.connect(lambda: self.changed.emit())

    def show_spec(self, spec: ExportSpec) -> None:
        self.blockSignals(True)
        for name, box in self._boxes.items():
            box.choose(getattr(spec.seen.playback, name))
        if not self._has_past:
            self._boxes["through"].choose("layers")
        self._in_betweens.setValue(spec.in_betweens)
        self._fps.setValue(spec.fps)
        self.blockSignals(False)

    def taken(self, spec: ExportSpec) -> ExportSpec:
        update = {"in_betweens": self._in_betweens.value(), "fps": self._fps.value()}
        return with_playback(spec.model_copy(update=update), **{name: box.value for name, box in self._boxes.items()})

    def show_length(self, length: str) -> None:
        """Say how many frames there are, and how long they take."""
        self._length.setText(length)

    def _add_rows(self) -> None:
        self.add_row("through", LABELS["through"], self._boxes["through"])
        self.add_row("in_betweens", "In-betwee&ns", self._in_betweens)
        self.add_row("fps", "Frames a sec&ond", self._fps, self._length)
        for name in ("easing", "heading", "repeat"):
            self.add_row(name, LABELS[name], self._boxes[name])
