"""The figure of a comparison: its entrants in rows, and stages, marks or targets in columns."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np

from flowviz.errors import SpecError
from flowviz.exporting import Steps
from flowviz.exporting.commands import default_format
from flowviz.exporting.film import write_film
from flowviz.exporting.pictures import write_once, write_picture
from flowviz.exporting.reel import Reel
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot
from flowviz.file_kinds import ANIMATION
from flowviz.projects import Comparison, Project
from flowviz.records import Moment
from flowviz.records.comparison_table import COLUMNS, RunSummary
from flowviz.records.provenance import Provenance
from flowviz.records.trace import PARTICLES, central_box
from flowviz.rendering import Camera
from flowviz.rendering.camera import Boxes, common_box
from flowviz.rendering.panel_table import Cell, PanelTable, draw_table, render_table, table_grid
from flowviz.rendering.raster import RGBA
from flowviz.specs import ExportSpec, PictureSize, ViewSpec
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export import relevant
from flowviz.specs.export_kinds import What
from flowviz.specs.view import Mark
from flowviz.targets import build_target

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

    def __init__(self, comparison: Comparison, spec: ExportSpec, columns: FigureColumns | None = None) -> None:
        """Prepare a figure; nothing is written yet.

        Args:
            comparison: The comparison.
            spec: What to write: a sheet or an animation, and its format, size and view.
            columns: What the columns show. By default, the targets if a flow has several, or else stages.

        Raises:
            SpecError: If the spec asks for something else, or the panels do not fit.
        """
        _check(spec)
        self._comparison, self._spec = comparison, spec
        self._columns = columns or usual_columns(comparison)
        self._arrangement = _arranged(comparison, spec, self._columns)
        rows, headings = self._arrangement
        self._view = _with_small_text(spec.seen.view, len(rows[0]), spec.pixels)
        self._layout = table_grid(self._view, len(rows), len(rows[0]), spec.pixels, has_headings=bool(headings))

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

    def names(self) -> list[str]:
        """Return the names of the files in a folder: none, because a figure is a single file."""
        return []

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
            repeats = spec.seen.playback.repeat != "once"
            reel = Reel(self.picture, self.count, spec.pixels, spec.fps, repeats, self._view)
            return write_film(output, reel, spec.format)
        if spec.format == "png":
            return write_picture(output, partial(self.picture, 0), self._provenance)
        return write_once(output, self._save_vectors)

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
        depth = f"{share:.0%} of the layers. " if self._spec.what == "animation" else ""
        return PanelTable(rows, self._arrangement.headings, depth + note(self._comparison))

    def _cell(self, place: _Place, share: float) -> Cell:
        scenes, last = self._scenes[place.name], self._comparison[place.name].trace.last_stage
        stage = share * last if place.share is None else round(place.share * last)
        scene, size = scenes.scene(Shot(stage), self._layout.size), self._layout.size
        view = scenes.camera(None).at(stage, size)
        if place.mark is not None:
            view = view.model_copy(update={"marks": frozenset({place.mark})})
        if not place.titled:
            return Cell(scene, stage, view)
        return Cell(scene, stage, view, place.name, self._results[place.name], self._comparison.style(place.name))

    @cached_property
    def _results(self) -> Mapping[str, str]:
        return {each.name: _result(self._comparison, each) for each in self._comparison.summaries()}

    @cached_property
    def _scenes(self) -> Mapping[str, "_EntrantScenes"]:
        marks = {place.mark for row in self._arrangement.rows for place in row if place and place.mark}
        bare = {"labels": False, "axes": False, "beside": False, "marks": marks or self._spec.seen.view.marks}
        seen = self._spec.seen.model_copy(update={"view": self._spec.seen.view.model_copy(update=bare)})
        found = {
            name: _EntrantScenes(project, seen, self._spec.particles, ())
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
        entrants = {
            entrant.name: {
                "target": entrant.target.title,
                "flow": entrant.flow.model_dump(mode="json", exclude_defaults=True),
                "training": entrant.training.model_dump(mode="json", exclude_defaults=True),
            }
            for entrant in self._comparison.spec.entrants
        }
        export = relevant(self._spec).model_dump(mode="json", exclude_defaults=True)
        description = {
            "entrants": entrants,
            "seeds": self._comparison.seeds,
            "columns": self._columns,
            "export": export,
        }
        return Provenance(names, json.dumps(description, ensure_ascii=False, sort_keys=True), self._spec.dpi)


class _EntrantScenes(Scenes):
    """The scenes of an entrant, whose last stage is framed around its target."""

    @cached_property
    def boxes(self) -> Boxes:
        """The box that is framed at each stage (stages, 2, 2)."""
        points = build_target(self._project.target).sample(PARTICLES, np.random.default_rng(0))
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
        raise SpecError("A comparison has no selection. Choose other colors.")


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


def note(comparison: Comparison) -> str:
    """Return sentences about the budget, the results and the limits by counting."""
    deviations = f"; mean ± standard deviation of {comparison.seeds} seeds" if comparison.seeds > 1 else ""
    limits = [f"; {each.name}: {COLUMNS[0].text(each.figures.get('gap'))}" for each in comparison.limit_trials()]
    return f"{comparison.spec.budget_words} each. Gap in nats; 0 is perfect{deviations}{''.join(limits)}."


def _result(comparison: Comparison, summary: RunSummary) -> str:
    """Return the gap of an entrant, or its NLL if the entropy is unknown, or why it has none."""
    if not summary.finite:
        trial, last = comparison.trial(summary.name), comparison[summary.name].checkpoint
        return trial.ending if trial else f"{last.step:,} steps so far" if last else "not trained"
    column = next((each for each in COLUMNS[:2] if summary.value(each) is not None), COLUMNS[0])
    count = f", {summary.finite} of {summary.runs} runs" if summary.finite < summary.runs else ""
    return f"{column.title} {summary.text(column)}{count}"


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
        return _Arrangement(rows, ("base", "25% of the layers", *(f"{share:.0%}" for share in SHARES[2:])))
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
