"""What of the flow an export shows, and in which colors."""

from collections.abc import Mapping

from flowviz.app.export.section import ExportPart, number_box, set_choosable
from flowviz.app.export.spec_edit import with_seen, with_view
from flowviz.app.widgets.choice_words import COLORS, DIRECTIONS
from flowviz.app.widgets.choice_words import MARKS as IN_WINDOW
from flowviz.app.widgets.controls import ChoiceBox, check_box
from flowviz.projects import Project
from flowviz.specs import ExportSpec
from flowviz.specs.view import Mark, Palette

MARKS: Mapping[Mark, str] = {"points": "&Points", "density": "&Density", "grid": "&Grid", "paths": "Pat&hs"}
PALETTES: Mapping[Palette, str] = {"safe": "Color-blind safe", "plain": "Plain, as in the post"}
MOST_PARTICLES = 10_000_000
NOTHING_SELECTED = "Nothing is selected in the window."
NO_SIDES = "Choose density or grid, and points or paths, to have the one beside the other."
NO_DENSITY = "The density is computed for one stage; here are all."
NO_AXES = "The small pictures of a contact sheet have no axes."
NOTHING_BESIDE = "In a contact sheet nothing stands beside the points."
AXES = "The lines at round numbers, and these numbers"
BESIDE = "Density and grid beside the points"
PRESENT = -1  # the moment that is the training's present one


class ExportViewPart(ExportPart):
    """Stages, moment, direction, marks, colors, words and particles."""

    def __init__(self, project: Project) -> None:
        super().__init__("Flow")
        trace = project.trace
        self._last = trace.last_stage
        self._all_in_one = False
        titles = {stage: trace.title(stage) for stage in range(self._last + 1)}
        self._stage = ChoiceBox("exportStage", "Stage", titles)
        self._first_box = ChoiceBox("exportFirst", "First stage", titles)
        self._last_box = ChoiceBox("exportLast", "Last stage", titles)
        self._moment = ChoiceBox("exportMoment", "Moment of the training", _moments(project))
        self._direction = ChoiceBox("exportDirection", "Direction", DIRECTIONS)
        self._marks = {mark: check_box(f"{mark}Export", text, IN_WINDOW[mark][2]) for mark, text in MARKS.items()}
        self._beside = check_box("exportBeside", "Bes&ide", "")
        self._color = ChoiceBox("exportColor", "Color by", COLORS)
        set_choosable(self._color, "selection", NOTHING_SELECTED if project.selection is None else "")
        self._palette = ChoiceBox("exportPalette", "Palette", PALETTES)
        self._axes = check_box("exportAxes", "A&xes", AXES)
        self._labels = check_box("exportLabels", "Title and &keys", "Write the stage, and what the colors mean")
        self._fitted = check_box(
            "exportFitted", "Fit the clo&ud", "Widen where the cloud does, whatever the window shows"
        )
        self._all = trace.positions.shape[1]
        self._particles = number_box("exportParticles", "Number of particles", 1, MOST_PARTICLES, self._all)
        self._add_rows()
        self._connect()

    def show_spec(self, spec: ExportSpec) -> None:
        seen, view = spec.seen, spec.seen.view
        self.blockSignals(True)
        self._stage.choose(self._last if seen.stage is None else min(seen.stage, self._last))
        self._first_box.choose(min(spec.first or 0, self._last))
        self._last_box.choose(self._last if spec.last is None else min(spec.last, self._last))
        self._moment.choose(PRESENT if self._moment.findData(seen.moment) < 0 else seen.moment)
        self._direction.choose(seen.direction)
        for mark, box in self._marks.items():
            box.setChecked(mark in view.marks)
        self._beside.setChecked(view.beside)
        self._color.choose(view.color_by)
        self._palette.choose(view.palette)
        self._axes.setChecked(view.axes)
        self._labels.setChecked(view.labels)
        self._fitted.setChecked(seen.fitted)
        self._particles.setValue(spec.particles or self._all)
        self.blockSignals(False)
        self._take_marks()

    def taken(self, spec: ExportSpec) -> ExportSpec:
        moment = None if self._moment.value == PRESENT else self._moment.value
        seen = with_seen(
            spec,
            stage=None if self._stage.value == self._last else self._stage.value,
            moment=moment,
            direction=self._direction.value,
            fitted=self._fitted.isChecked(),
        )
        viewed = with_view(
            seen,
            marks=self._chosen_marks(),
            beside=self._beside.isChecked() and self._beside.isEnabled(),
            color_by=self._color.value,
            palette=self._palette.value,
            axes=self._axes.isChecked(),
            labels=self._labels.isChecked(),
        )
        return viewed.model_copy(update=self._range() | {"particles": self._count()})

    def set_all_stages(self, all_in_one: bool) -> None:
        """Say whether all stages are in one picture, which the density cannot be in."""
        self._all_in_one = all_in_one
        for box, tip, reason in (
            (self._marks["density"], IN_WINDOW["density"][2], NO_DENSITY),
            (self._axes, AXES, NO_AXES),
        ):
            box.setEnabled(not all_in_one)
            box.setToolTip(reason if all_in_one else tip)
        self._settle_beside()

    def _add_rows(self) -> None:
        self.add_row("stage", "Stage", self._stage, stretched=self._stage)
        self.add_row("range", "Stages from", self._first_box, stretched=self._first_box)
        self.add_row("range", "to", self._last_box, stretched=self._last_box)
        self.add_row("moment", "Moment", self._moment, stretched=self._moment)
        self.add_row("direction", "Di&rection", self._direction, stretched=self._direction)
        self.add_row("marks", "Marks", *self._marks.values())
        self.add_row("marks", "", self._beside, self._fitted)
        self.add_row("color_by", "&Color by", self._color, stretched=self._color)
        self.add_row("palette", "Palette", self._palette, stretched=self._palette)
        self.add_row("labels", "Words", self._axes, self._labels)
        self.add_row("particles", "Particles", self._particles)

    def _connect(self) -> None:
        self._first_box.chosen.connect(lambda first: self._last_box.choose(max(first, self._last_box.value)))
        self._last_box.chosen.connect(lambda last: self._first_box.choose(min(last, self._first_box.value)))
        boxes = (self._stage, self._first_box, self._last_box, self._moment, self._direction, self._color)
        for box in (*boxes, self._palette):
            box.chosen.connect(lambda: self.changed.emit())
        for toggle in (self._beside, self._axes, self._labels, self._fitted):
            toggle.toggled.connect(lambda: self.changed.emit())
        for mark in self._marks.values():
            mark.toggled.connect(self._take_marks)
        self._particles.valueChanged.connect(lambda: self.changed.emit())

    def _take_marks(self) -> None:
        self._settle_beside()
        self.changed.emit()

    def _settle_beside(self) -> None:
        """Let it be chosen where there is something to stand beside something else."""
        marks = self._chosen_marks()
        splits = bool(marks & {"density", "grid"} and marks & {"points", "paths"}) and not self._all_in_one
        self._beside.setEnabled(splits)
        self._beside.setToolTip(BESIDE if splits else NOTHING_BESIDE if self._all_in_one else NO_SIDES)

    def _chosen_marks(self) -> frozenset[Mark]:
        return frozenset(mark for mark, box in self._marks.items() if box.isChecked() and box.isEnabled())

    def _range(self) -> dict[str, int | None]:
        """The stages from and to, None for the base and for the last one."""
        first, last = self._first_box.value, self._last_box.value
        return {"first": first or None, "last": None if last == self._last else last}

    def _count(self) -> int | None:
        return None if self._particles.value() == self._all else self._particles.value()


def _moments(project: Project) -> dict[int, str]:
    """The steps of the moments that can be shown, the present one first."""
    earlier = {moment.step: f"Step {moment.step:,}" for moment in reversed(project.timeline.moments[:-1])}
    return {PRESENT: "The latest", **earlier}
