"""The figure of a comparison: its entrants in rows, and stages, marks or targets in columns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np

from flowviz.errors import SpecError
from flowviz.exporting import Steps
from flowviz.exporting.commands import default_format
from flowviz.exporting.estimate import film_bytes
from flowviz.exporting.film import write_film
from flowviz.exporting.paper import table_height, with_height, with_text
from flowviz.exporting.pictures import write_once, write_picture
from flowviz.exporting.provenance import described
from flowviz.exporting.reel import Reel
from flowviz.exporting.scene_fields import without_unknown_marks
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot
from flowviz.file_kinds import ANIMATION
from flowviz.projects import Comparison, Project
from flowviz.records import Moment
from flowviz.records.comparison_table import COLUMNS, UNKNOWN, Column, RunSummary
from flowviz.records.paired import DIFFERENCE
from flowviz.records.provenance import Provenance
from flowviz.records.trace import PARTICLES, central_box
from flowviz.rendering import Camera
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.camera import Boxes, common_box
from flowviz.rendering.panel_table import Cell, PanelTable, draw_table, foot_height, render_table, table_grid
from flowviz.rendering.raster import RGBA
from flowviz.specs import ExportSpec, PictureSize, ViewSpec
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export import relevant
from flowviz.specs.export_kinds import What
from flowviz.specs.shares import counted, percent
from flowviz.specs.view import FIELDS, Mark

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
MEANINGS = {
    "gap": "Gap in nats; 0 is perfect",
    "test_nll": "NLL in nats; lower is better",
    DIFFERENCE: "Test NLL − best is measured on the same points, ± its standard error",
}  # in the order of preference
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the layers, in the columns of a figure of stages
MARKS: tuple[Mark, ...] = ("points", "density", "grid")  # the columns of a figure of marks, unless others are chosen
MAX_TOGETHER = 3  # entrants in a row, if each has a single panel
PANEL_WIDTH, PANEL_HEIGHT = 250, 175  # pixels, of a figure whose size is not chosen
PANEL_EMS = 18  # least width of a panel
TEXT_HEIGHT, MIN_WIDTH = 100, 620  # pixels, of the text above and below all rows, and of the whole figure


class _Place(NamedTuple):
    """Describes a panel: an entrant at a share of its layers, None for that of the frame, with all marks or one."""

    name: str
    share: float | None = None
    mark: Mark | None = None
    titled: bool = True


class _Arrangement(NamedTuple):
    """The panels of a figure, and the headings of their columns."""

    rows: Sequence[Sequence[_Place | None]]
    headings: tuple[str, ...] = ()


class ComparisonFigure:
    """A figure of a comparison, as a picture or an animation over the layers; reproducible to the byte.

    Columns of stages are at the same shares of the layers of each flow, so that flows of 8 and of 20 stages align. The
    last stages of all flows with one target are framed alike. TensorFlow is loaded only for what the comparison does
    not contain, such as a density.
    """

    def __init__(
        self,
        comparison: Comparison,
        spec: ExportSpec,
        columns: FigureColumns | None = None,
        table_columns: Sequence[str] = (),
    ) -> None:
        """Prepare a figure; nothing is written yet.

        Args:
            comparison: The comparison.
            spec: What to write: a sheet or an animation, and its format, size and view.
            columns: What the columns show. By default, the targets if a flow has several, or else stages.
            table_columns: The columns of the table to show beside the names, such as `gap` and `on_target`. By default
                the gap, or the NLL if the entropy is unknown.

        Raises:
            SpecError: If the spec asks for something else, the panels do not fit, or a column is unknown.
        """
        _check(spec)
        spec = with_text(spec)
        self._columns = columns or usual_columns(comparison)
        self._comparison, self._shown = comparison, _checked_columns(table_columns)
        self._arrangement = _arranged(comparison, spec, self._columns)
        rows, headings = self._arrangement
        view = _with_small_text(spec.seen.view, len(rows[0]), spec.pixels)
        self._foot_ems = self._foot_height(view, spec.pixels)
        if spec.size.fits_height:
            text = em(view, spec.pixels) / spec.scale
            spec = with_height(spec, table_height(len(rows), len(rows[0]), spec.size.width, text, self._foot_ems))
            view = spec.seen.view
        self._spec, self._view = spec, view
        self._layout = table_grid(
            view, len(rows), len(rows[0]), spec.pixels, has_headings=bool(headings), foot_ems=self._foot_ems
        )

    @property
    def count(self) -> int:
        """Return the number of steps that `write` takes."""
        return len(self._shares)

    def picture(self, number: int = 0) -> RGBA:
        """Render one of the frames, (height, width, 4); a figure that does not move has a single one."""
        return render_table(self._table(self._shares[number]), self._view, self._spec.pixels)

    def preview(self, share: float, size: PictureSize) -> RGBA:
        """Return a frame at a share of all frames, scaled down to a size in pixels, (height, width, 4)."""
        from PIL import Image

        picture = Image.fromarray(self.picture(round(share * (self.count - 1))))
        picture.thumbnail((size.width, size.height), Image.Resampling.BOX)
        return np.asarray(picture)

    def write(self, output: Path) -> Steps:
        """Write the figure. If the generator fails or is closed early, nothing is left behind.

        Args:
            output: The file to write.

        Yields:
            None after each of `count` steps.

        Raises:
            FileError: If the file cannot be written.
        """
        spec = self._spec
        if spec.what == "animation":
            return write_film(output, self._reel, spec.format)
        if spec.format == "png":
            return write_picture(output, partial(self.picture, 0), self._provenance)
        return write_once(output, self._save_vectors)

    def estimate(self) -> int:
        """Return about the size in bytes of an animation."""
        return film_bytes(self._reel, self._spec.format)

    @property
    def _reel(self) -> Reel:
        spec = self._spec
        return Reel(self.picture, self.count, spec.pixels, spec.fps, spec.seen.playback.repeat != "once", self._view)

    def _save_vectors(self, path: Path) -> None:
        from flowviz.rendering.figure import save_drawing  # imports matplotlib

        assert self._spec.format in {"svg", "pdf"}
        draw = partial(draw_table, self._table(1.0), self._view, self._spec.pixels)
        save_drawing(draw, self._view, self._spec.pixels, path, self._spec.format, self._provenance)

    @cached_property
    def _shares(self) -> tuple[float, ...]:
        """Return the share of the layers, from 0 to 1, that each frame shows."""
        if self._spec.what == "sheet":
            return (1.0,)
        last = max(project.trace.last_stage for project in self._comparison.projects.values())
        return tuple(way / last for way in self._spec.seen.playback.frames(last, self._spec.in_betweens))

    def _table(self, share: float) -> PanelTable:
        """Return the panels of a frame; those whose share of the layers is not fixed show the given one."""
        rows = tuple(tuple(place and self._cell(place, share) for place in row) for row in self._arrangement.rows)
        depth = f"{percent(share)} of the layers. " if self._spec.what == "animation" else ""
        return PanelTable(rows, self._arrangement.headings, depth + note(self._comparison, self._shown), self._foot_ems)

    def _foot_height(self, view: ViewSpec, size: PictureSize) -> float:
        """Return the height in ems of the note and the legend, with an entry for the particles and for each field."""
        text, places = em(view, size), [place for row in self._arrangement.rows for place in row if place]
        shown = {place.mark for place in places if place.mark} or view.marks
        entries = len(shown & FIELDS) + bool(shown & {"points", "paths"}) + len(shown & {"density", "paths"})
        about, letters = note(self._comparison, self._shown), text_width(text)
        return foot_height(about, entries, size.width / text, lambda words: letters(words) / text)

    def _cell(self, place: _Place, share: float) -> Cell:
        scenes, last = self._scenes[place.name], self._comparison[place.name].trace.last_stage
        stage = share * last if place.share is None else round(place.share * last)
        scene, size = scenes.scene(Shot(stage), self._layout.size), self._layout.size
        view = scenes.camera(None).at(stage, size)
        if place.mark is not None:
            view = view.model_copy(update={"marks": frozenset({place.mark})})
        if not place.titled:
            return Cell(scene, stage, view)
        return Cell(
            scene,
            stage,
            view,
            title=self._comparison.title(place.name),
            result=self._results[place.name],
            style=self._comparison.style(place.name),
        )

    @cached_property
    def _results(self) -> Mapping[str, str]:
        return {each.name: _result(self._comparison, each, self._shown) for each in self._comparison.summaries()}

    @cached_property
    def _scenes(self) -> Mapping[str, "_EntrantScenes"]:
        marks = {place.mark for row in self._arrangement.rows for place in row if place and place.mark}
        bare = {"labels": False, "axes": False, "beside": False, "marks": marks or self._spec.seen.view.marks}
        seen = self._spec.seen.model_copy(update={"view": self._spec.seen.view.model_copy(update=bare)})
        found = {
            name: _EntrantScenes(project, without_unknown_marks(seen, project), self._spec.particles, ())
            for name, project in self._comparison.projects.items()
        }
        if seen.view.common_scale:
            box = common_box(np.concatenate([scenes.boxes for scenes in found.values()]))
            for scenes in found.values():
                scenes.boxes = np.broadcast_to(box, scenes.boxes.shape)
        return found

    @property
    def _provenance(self) -> Provenance:
        names = ", ".join(self._comparison.names)
        description = {
            "entrants": {name: described(project) for name, project in self._comparison.projects.items()},
            "seeds": self._comparison.seeds,
            "columns": self._columns,
            "export": relevant(self._spec).model_dump(mode="json", exclude_defaults=True),
        }
        return Provenance(names, json.dumps(description, ensure_ascii=False, sort_keys=True), self._spec.dpi)


class _EntrantScenes(Scenes):
    """The scenes of an entrant, whose last stage is framed around its target."""

    @cached_property
    def boxes(self) -> Boxes:
        """The box that is framed at each stage (stages, 2, 2)."""
        points = self._project.build_target().sample(PARTICLES, np.random.default_rng(0))
        return np.concatenate([self.trace(None).boxes[:-1], central_box(points)[None]])

    def camera(self, moment: Moment | None) -> Camera:
        """Return the camera over the layers."""
        return Camera(self._seen.view, self.boxes)


def _check(spec: ExportSpec) -> None:
    """Raise `SpecError` if a comparison cannot be exported as a spec describes."""
    if spec.what not in {"sheet", "animation"} or spec.seen.playback.through != "layers":
        raise SpecError("A comparison can only be exported as a picture, or as an animation through the layers.")
    if (spec.first, spec.last, spec.seen.moment) != (None, None, None):
        raise SpecError("A comparison shows all layers of the trained flows. Leave out the stages and the moment.")
    if spec.seen.view.color_by == "selection":
        raise SpecError("A figure of a comparison has no selection. Choose other colors.")


def usual_columns(comparison: Comparison) -> FigureColumns:
    """Return the columns of a figure for which none are chosen: the targets if a flow has several, or else stages."""
    return "targets" if _by_target(comparison.projects, None) else "stages"


def usual_size(comparison: Comparison, spec: ExportSpec, columns: FigureColumns | None = None) -> PictureSize:
    """Return a size in pixels at which the panels of a figure are legible."""
    rows, _ = _arranged(comparison, spec, columns or usual_columns(comparison))
    width, height = len(rows[0]) * PANEL_WIDTH, len(rows) * (PANEL_HEIGHT + TEXT_HEIGHT // 4) + TEXT_HEIGHT
    return PictureSize(width=max(width, MIN_WIDTH), height=height)


def figure_spec(comparison: Comparison, path: Path, columns: FigureColumns | None = None) -> ExportSpec:
    """Return the spec of a figure of the usual size, whose format the suffix of a file implies. Raises `SpecError`."""
    what: What = "animation" if path.suffix.lower() in ANIMATION.written else "sheet"
    spec = ExportSpec(what=what, format=default_format(what, path))
    return spec.model_copy(update={"size": usual_size(comparison, spec, columns)})


def note(comparison: Comparison, table_columns: Sequence[str] = ()) -> str:
    """Return sentences about the budget, the numbers beside the names, and the limits by counting."""
    cells = [(each, column) for each in comparison.summaries() for column in _columns(each, table_columns)]
    shown = {column.name for each, column in cells if table_columns or each.value(column) is not None}
    about = [sentence for name, sentence in MEANINGS.items() if name in shown]
    several, one = f"mean ± standard deviation of {comparison.seeds} seeds", "± is the standard error of the test"
    scored = [(each, column) for each, column in cells if column.name in {"gap", "test_nll"} and each.error(column)]
    errors = {several if each.deviations.get(column.name) else one for each, column in scored}
    limit = "test_nll" if "test_nll" in shown and "gap" not in shown else "gap"
    limits = [f"{each.name}: {BY_NAME[limit].text(each.figures.get(limit))}" for each in comparison.limit_trials()]
    return f"{comparison.trained_with} {'; '.join([*about, *sorted(errors), *limits])}".strip(" .") + "."


def _columns(summary: RunSummary, table_columns: Sequence[str]) -> Sequence[Column]:
    """Return the columns beside the name of an entrant: by default its gap, or its NLL if the gap is unknown."""
    if table_columns or not summary.finite:
        return [BY_NAME[name] for name in table_columns]
    return [next((BY_NAME[name] for name in MEANINGS if summary.value(BY_NAME[name]) is not None), BY_NAME["test_nll"])]


def _result(comparison: Comparison, summary: RunSummary, table_columns: Sequence[str]) -> str:
    """Return the numbers beside the name of an entrant, or why it has none."""
    if not summary.finite:
        trial, last = comparison.trial(summary.name), comparison[summary.name].checkpoint
        return trial.ending if trial else f"{counted(last.step, 'step')} so far" if last else "not trained"
    figures = [
        f"{each.title if summary.is_validated(each) else each.heading([summary])} {summary.text(each)}"
        for each in _columns(summary, table_columns)
    ]
    count = f", {summary.finite} of {summary.runs} runs" if summary.finite < summary.runs else ""
    return ", ".join(figures).replace(UNKNOWN, "unknown") + count


def with_names(comparison: Comparison, names: Mapping[str, str]) -> Comparison:
    """Return a comparison with only some of its entrants, reordered and renamed. They keep their colors.

    Args:
        comparison: The comparison.
        names: The new name of each entrant to keep, by its current name, in the new order.

    Raises:
        SpecError: If there is no such entrant, or two have the same new name.
    """
    if len({*names.values()}) < len(names):
        raise SpecError("Two flows have the same new name. Give each flow of the figure a different name.")
    return replace(
        comparison,
        projects={new: comparison[name] for name, new in names.items()},
        trials=tuple(replace(each, name=names[each.name]) for each in comparison.trials if each.name in names),
        styles={new: comparison.style(name) for name, new in names.items()},
    )


def _checked_columns(names: Sequence[str]) -> Sequence[str]:
    """Return the names of columns. Raises `SpecError` if the table lacks one of them."""
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise SpecError("The columns of the table are a list of names, such as ['gap', 'on_target'].")
    if unknown := [name for name in names if name not in BY_NAME]:
        raise SpecError(f"The table has no column {unknown[0]!r}. Choose from {', '.join(BY_NAME)}.")
    return names


def _arranged(comparison: Comparison, spec: ExportSpec, columns: FigureColumns) -> _Arrangement:
    """Return the panels of a figure. Where an entrant has a single panel, several are side by side."""
    names, moves = comparison.names, spec.what == "animation"
    if columns == "marks":
        chosen = spec.seen.view.marks
        marks = [mark for mark in _ordered(chosen) if mark in chosen] if len(chosen) > 1 else list(MARKS)
        share = None if moves else 1.0
        rows = [[_Place(name, share, mark, titled=not n) for n, mark in enumerate(marks)] for name in names]
        return _Arrangement(rows, tuple(marks))
    if columns == "targets" and (found := _by_target(comparison.projects, None if moves else 1.0)):
        return found
    if columns == "stages" and not moves:
        rows = [[_Place(name, share, titled=not n) for n, share in enumerate(SHARES)] for name in names]
        return _Arrangement(rows, ("base", "25% of the layers", *(percent(share) for share in SHARES[2:])))
    width = len(names) if len(names) <= MAX_TOGETHER else -(-len(names) // 2)
    padded = [*(_Place(name, None if moves else 1.0) for name in names), *[None] * (-len(names) % width)]
    return _Arrangement([padded[start : start + width] for start in range(0, len(padded), width)])


def _by_target(projects: Mapping[str, Project], share: float | None) -> _Arrangement | None:
    """Return a column for each target, and a row for each flow with its training, or None if no flow has several."""
    targets = [project.target for project in projects.values()]
    distinct = [target for number, target in enumerate(targets) if target not in targets[:number]]
    rows = list[tuple[object, list[_Place | None]]]()
    for name, project in projects.items():
        key, column = (project.flow, project.training), distinct.index(project.target)
        row = next((cells for known, cells in rows if known == key and cells[column] is None), None)
        if row is None:
            row = [None] * len(distinct)
            rows.append((key, row))
        row[column] = _Place(name, share)
    if len(rows) == len(projects):
        return None
    return _Arrangement([row for _, row in rows], tuple(target.title for target in distinct))


def _with_small_text(view: ViewSpec, columns: int, size: PictureSize) -> ViewSpec:
    """Return the view of a figure, with smaller text if the titles of its columns would not fit otherwise."""
    usual: float = ViewSpec.model_fields["word_height"].default
    share = size.width / columns / PANEL_EMS / (usual * min(size.width, size.height))
    return view.model_copy(update={"word_height": view.word_height * min(1.0, share)})


def _ordered(marks: frozenset[Mark]) -> list[Mark]:
    """Return the usual columns first, then other marks in the order in which they are drawn."""
    return [*MARKS, *(mark for mark in get_args(Mark) if mark in marks and mark not in MARKS)]
