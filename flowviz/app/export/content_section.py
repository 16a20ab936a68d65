"""The section on the content of an export: stages, marks and colors."""

from collections.abc import Mapping

from flowviz.app.export.section import FIELDS, ExportSection, disable_choice, number_box, toggle_box
from flowviz.app.widgets.choice_words import COLORS, DIRECTIONS
from flowviz.app.widgets.choice_words import MARKS as WINDOW_MARKS
from flowviz.app.widgets.controls import check_box, choice_box
from flowviz.projects import Project
from flowviz.specs import ExportSpec, PointsSpec, ViewSpec
from flowviz.specs.fields import with_values
from flowviz.specs.view import Mark, Palette, UnitName
from flowviz.targets import has_pixels

MARKS: Mapping[Mark, str] = {
    "points": "&Points",
    "density": "&Density",
    "grid": "&Grid",
    "paths": "Pat&hs",
    "velocity": "Velocity",
    "target": "Target",
}
PALETTES: Mapping[Palette, str] = {"safe": "Color-blind safe", "plain": "Plain, as in the blog post"}
TABLE_UNITS: Mapping[UnitName, str] = {"data": "Data units", "pixels": "Pixels", "flow": "Flow units"}
UNITS: Mapping[UnitName, str] = {"data": "Flow units", "pixels": "Pixels"}  # of targets without data units
NO_SELECTION = "No particles are selected in the window."
NOTHING_TO_SPLIT = "Turn on the density, the grid or the velocity, and also the points or the paths."
NO_DENSITY = "A contact sheet cannot show the density, which is computed for one stage only."
NO_PIXELS = "The target is not made of pixels."
NO_AXES = "The small pictures of a contact sheet have no axes."
NOT_BESIDE = "A contact sheet has one panel per stage."
LATEST = -1  # the latest moment of the training


class ContentSection(ExportSection):
    """Stages, moment, direction, marks, colors, labels and particles."""

    def __init__(self, project: Project) -> None:
        super().__init__("Content")
        self._last_stage = project.trace.last_stage
        self._all_particles = project.trace.positions.shape[1]
        self._is_sheet = False
        self._wants_beside = False  # kept while there is nothing to put beside the points
        self._make_stage_boxes(project)
        self._make_appearance_boxes(project)
        self._particles = number_box("exportParticles", FIELDS["particles"])
        self._add_rows()
        self._connect()

    def apply_to(self, spec: ExportSpec) -> ExportSpec:
        values = {
            "stage": None if self._stage.value == self._last_stage else self._stage.value,
            "moment": None if self._moment.value == LATEST else self._moment.value,
            "direction": self._direction.value,
            "fitted": self._fitted.isChecked(),
            "marks": self._chosen_marks(),
            "beside": self._beside.isChecked(),
            "color_by": self._color.value,
            "palette": self._palette.value,
            "axes": self._axes.isChecked(),
            "labels": self._labels.isChecked(),
            "common_scale": self._common_scale.isChecked(),
            "units": self._units.value,
            "particles": self._particle_count(),
        }
        return with_values(spec, values | self._range())

    def set_sheet(self, is_sheet: bool) -> None:
        """Disable what a contact sheet cannot show, or enable it again."""
        self._is_sheet = is_sheet
        for box, tip, reason in (
            (self._marks["density"], WINDOW_MARKS["density"][2], NO_DENSITY),
            (self._axes, FIELDS["axes"].description, NO_AXES),
        ):
            box.setEnabled(not is_sheet)
            box.setToolTip(reason if is_sheet else tip)
        self._update_beside()

    def _show_values(self, spec: ExportSpec) -> None:
        seen, view = spec.seen, spec.seen.view
        self._stage.choose(self._last_stage if seen.stage is None else min(seen.stage, self._last_stage))
        self._first.choose(min(spec.first or 0, self._last_stage))
        self._last.choose(self._last_stage if spec.last is None else min(spec.last, self._last_stage))
        self._moment.choose(LATEST if self._moment.findData(seen.moment) < 0 else seen.moment)
        self._direction.choose(seen.direction)
        for mark, box in self._marks.items():
            box.setChecked(mark in view.marks)
        self._wants_beside = view.beside
        self._color.choose(view.color_by)
        self._palette.choose(view.palette)
        self._axes.setChecked(view.axes)
        self._labels.setChecked(view.labels)
        self._fitted.setChecked(seen.fitted)
        self._common_scale.setChecked(view.common_scale)
        self._units.choose("data" if self._units.findData(view.units) < 0 else view.units)
        self._particles.setValue(spec.particles or self._all_particles)
        self._update_beside()

    def _make_stage_boxes(self, project: Project) -> None:
        edits, stages = project.edits, range(self._last_stage + 1)
        titles = {stage: project.trace.title(stage, edits.of(stage)) for stage in stages}
        self._stage = choice_box("exportStage", FIELDS["stage"], titles)
        self._first = choice_box("exportFirst", FIELDS["first"], titles)
        self._last = choice_box("exportLast", FIELDS["last"], titles)
        self._moment = choice_box("exportMoment", FIELDS["moment"], _moments(project))
        self._direction = choice_box("exportDirection", FIELDS["direction"], DIRECTIONS)

    def _make_appearance_boxes(self, project: Project) -> None:
        self._marks = {mark: check_box(f"{mark}Export", text, WINDOW_MARKS[mark][2]) for mark, text in MARKS.items()}
        self._beside = toggle_box("exportBeside", "beside")
        self._color = choice_box("exportColor", FIELDS["color_by"], COLORS)
        disable_choice(self._color, "selection", NO_SELECTION if project.selection is None else "")
        self._palette = choice_box("exportPalette", FIELDS["palette"], PALETTES)
        is_table = isinstance(project.target, PointsSpec)
        self._units = choice_box("exportUnits", FIELDS["units"], TABLE_UNITS if is_table else UNITS)
        disable_choice(self._units, "pixels", "" if has_pixels(project.target) else NO_PIXELS)
        self._axes = toggle_box("exportAxes", "axes")
        self._labels = toggle_box("exportLabels", "labels")
        self._fitted = toggle_box("exportFitted", "fitted")
        self._common_scale = toggle_box("exportCommonScale", "common_scale")

    def _add_rows(self) -> None:
        self.add_row("stage", self._stage)
        self.add_row("first", self._first)
        self.add_row("last", self._last)
        self.add_row("moment", self._moment)
        self.add_row("direction", self._direction)
        marks = list(self._marks.values())
        self.add_row("marks", *marks[:4])
        self.add_row("marks", *marks[4:], label="")
        self.add_row("beside", self._beside, label="")
        self.add_row("fitted", self._fitted, label="View")
        self.add_row("common_scale", self._common_scale, label="View")
        self.add_row("color_by", self._color)
        self.add_row("palette", self._palette)
        self.add_row("labels", self._axes, self._labels, label="Labels")
        self.add_row("units", self._units)
        self.add_row("particles", self._particles)

    def _connect(self) -> None:
        self._first.chosen.connect(lambda first: self._last.choose(max(first, self._last.value)))
        self._last.chosen.connect(lambda last: self._first.choose(min(last, self._first.value)))
        choices = (
            self._stage,
            self._first,
            self._last,
            self._moment,
            self._direction,
            self._color,
            self._palette,
            self._units,
        )
        for box in choices:
            box.chosen.connect(lambda: self.changed.emit())
        for mark in self._marks.values():
            mark.toggled.connect(self._take_marks)
        self._beside.clicked.connect(self._take_beside)
        for toggle in (self._axes, self._labels, self._fitted, self._common_scale):
            toggle.toggled.connect(lambda: self.changed.emit())
        self._particles.valueChanged.connect(lambda: self.changed.emit())

    def _take_marks(self) -> None:
        self._update_beside()
        self.changed.emit()

    def _take_beside(self, beside: bool) -> None:
        self._wants_beside = beside
        self.changed.emit()

    def _update_beside(self) -> None:
        can_split = ViewSpec(marks=self._chosen_marks()).has_two_sides and not self._is_sheet
        self._beside.setEnabled(can_split)
        self._beside.setChecked(can_split and self._wants_beside)
        reason = NOT_BESIDE if self._is_sheet else NOTHING_TO_SPLIT
        self._beside.setToolTip(FIELDS["beside"].description if can_split else reason)

    def _chosen_marks(self) -> frozenset[Mark]:
        # isEnabledTo, because the whole form is disabled during an export
        return frozenset(mark for mark, box in self._marks.items() if box.isChecked() and box.isEnabledTo(self))

    def _range(self) -> dict[str, int | None]:
        """Return the first and the last stage, each None at its default: the base, and the last stage of the flow."""
        first, last = self._first.value, self._last.value
        return {"first": first or None, "last": None if last == self._last_stage else last}

    def _particle_count(self) -> int | None:
        return None if self._particles.value() == self._all_particles else self._particles.value()


def _moments(project: Project) -> dict[int, str]:
    """Return the titles of the moments by step, the latest first."""
    earlier = {moment.step: f"Step {moment.step:,}" for moment in reversed(project.timeline.moments[:-1])}
    return {LATEST: "The latest", **earlier}
