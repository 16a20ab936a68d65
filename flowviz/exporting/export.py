"""Exports of a project, for the dialog of the window and the command line."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.errors import SpecError
from flowviz.exporting import Steps, tables
from flowviz.exporting.code import check_code, code_of
from flowviz.exporting.diagnostics import Diagnostic
from flowviz.exporting.estimate import film_bytes, pictures_bytes
from flowviz.exporting.film import write_film
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.paper import on_paper
from flowviz.exporting.pictures import Draw, write_once, write_picture, write_together
from flowviz.exporting.provenance import provenance_of
from flowviz.exporting.reel import Reel
from flowviz.exporting.scenes import Scenes, particle_rectangle
from flowviz.exporting.shots import shots, stage_range
from flowviz.exporting.web_page import WebPage, check_page
from flowviz.projects import Project
from flowviz.records import History, Selection, Settings, cell_centers, checked_stage, slices
from flowviz.records.provenance import Provenance
from flowviz.rendering import sheet_stage
from flowviz.rendering.annotate import MIN_EM, Measure, em, text_width
from flowviz.rendering.drawing import Drawing
from flowviz.rendering.four_panels import check_room
from flowviz.rendering.pixels import render_drawing
from flowviz.rendering.raster import RGBA
from flowviz.rendering.sheet import draw_sheet
from flowviz.specs import ExportSpec, FlowSpec, PictureSize
from flowviz.specs.export_kinds import DIAGNOSTICS, FILMS, IN_FOLDERS, PICTURES, TABLES, Kinds, What
from flowviz.specs.flow_choices import check_particles
from flowviz.specs.playback import STEP_SECONDS
from flowviz.specs.view import MIN_SIDE
from flowviz.targets import build_target, spec_units
from flowviz.targets.best_velocity import best_loss, best_velocity_problem

COMPARING: Kinds = DIAGNOSTICS | {"four_panels"}  # these need both directions of the flow
DRAWN: Kinds = COMPARING | {"sheet"}  # pictures that consist of shapes, drawn as pixels or as vectors
CHECKS: Mapping[What, Callable[[FlowSpec], None]] = {  # of flows, some of which cannot be exported like this
    "samples": check_particles,
    "trace": check_particles,
    "code": check_code,
}
PREVIEW_SIDE = 1080  # pixels; smaller previews are drawn at up to this size, then scaled down with their text


class Export:
    """An export of a project as an `ExportSpec` describes, which is reproducible to the byte.

    TensorFlow is loaded only to compute data that the project does not contain: a density, a grid, a probe, other
    particles, or the particles of a moment for which it contains only the weights.
    """

    def __init__(self, project: Project, spec: ExportSpec, keeper: FlowKeeper | None = None) -> None:
        """Prepare an export; nothing is written yet.

        Args:
            project: The project.
            spec: The description of the export.
            keeper: A cache of the flow for previews, which other exports of the project can share in the same thread.

        Raises:
            SpecError: If the project does not have the requested data, or if options conflict.
        """
        spec = on_paper(project, spec)
        self._project = project
        self._spec = spec
        self._shots = shots(project, spec)
        self._previewed = self._scenes(spec.particles if spec.what in PICTURES else None, keeper)
        self._previewed_diagnostic = Diagnostic(project, spec, keeper)
        _check(project, spec, self._previewed.selection)

    @property
    def has_vectors(self) -> bool:
        """Return whether the particles are vectors."""
        return self._spec.has_vectors(self._spec.particles or self._project.trace.positions.shape[1])

    @property
    def count(self) -> int:
        """Return the number of steps that `write` takes."""
        if self._spec.what in {"trace", "samples"}:
            return len(slices(self._particles.count))
        if self._spec.what == "density":
            return len(slices(self._spec.pixels.width * self._spec.pixels.height))
        if self._spec.what == "page":
            return WebPage(self._project, self._spec).count
        return len(self._shots) if self._spec.what in IN_FOLDERS | {"animation"} else 1

    def names(self) -> list[str]:
        """Return the names of the files that are written to a folder, or no names for the export of a single file."""
        if self._spec.what == "stages":
            return [f"{self._project.trace.names[round(shot.stage)]}.png" for shot in self._shots]
        return [f"{number:05d}.png" for number in range(len(self._shots))] if self._spec.what == "frames" else []

    def preview(self, share: float, size: PictureSize) -> RGBA:
        """Return a scaled-down preview of one of the pictures.

        Args:
            share: The position of the picture among all pictures, 0 for the first and 1 for the last.
            size: The maximum size of the preview, in pixels. If it exceeds that of the export, the picture is drawn
                larger, unless its text has the minimum size, because the text would then be too small relative to the
                picture.

        Returns:
            The preview, (height, width, 4), with the aspect ratio of the export.
        """
        whole = self._spec.pixels
        drawn = _previewed(whole, size if em(self._spec.seen.view, whole) > MIN_EM else whole)
        picture = self._drawing(self._previewed, share, drawn)()
        scale = min(1.0, size.width / drawn.width, size.height / drawn.height)
        small = max(1, round(scale * drawn.width)), max(1, round(scale * drawn.height))
        return np.asarray(Image.fromarray(picture).resize(small, Image.Resampling.BOX))

    def estimate(self) -> int:
        """Return about the size in bytes of an animation, or of all files in a folder."""
        if self._spec.what == "animation":
            return film_bytes(self._reel, self._spec.format)
        return pictures_bytes(self._draws, self._provenance)

    def text(self) -> str:
        """Return the content of the file of an export of code.

        Raises:
            FileError: If the weights do not fit the flow.
        """
        moment, units = self._shots[0].moment, self._spec.seen.view.units
        weights = (moment or self._project).weights
        if not weights.parameters:
            weights = self._project.build_flow().weights()
        return code_of(self._project, weights, units, moment.step if moment else None)

    def write(self, output: Path) -> Steps:
        """Write the export. If the generator fails or is closed early, nothing is left behind.

        Args:
            output: The file to write, or the folder for an export of several files.

        Yields:
            None after each of `count` steps.

        Raises:
            FileError: If a file cannot be written.
            SpecError: If the data cannot be exported as described.
        """
        if self._spec.what == "page":
            yield from WebPage(self._project, self._spec).write(output)
        else:
            yield from self._steps(output)

    def _steps(self, output: Path) -> Steps:
        match self._spec.what:
            case "stages" | "frames":
                return write_together(output, list(zip(self.names(), self._draws, strict=True)), self._provenance)
            case "animation":
                return write_film(output, self._reel, self._spec.format)
            case "trace":
                return self._write_trace(output)
            case "samples":
                return self._write_samples(output)
            case "density":
                return self._write_density(output)
            case "code":
                return write_once(output, lambda part: part.write_bytes(self.text().encode()))
            case "losses" if self._spec.format == "csv":
                settings = Settings.of(self._project.training, self._project.flow.recipe)
                return tables.write_losses_csv(output, *self._losses(), settings)
            case _ if self._spec.format in TABLES:
                return write_once(output, self._save_table)
            case _ if self._spec.format != "png":
                return write_once(output, self._save_figure)
            case _:
                draw = self._drawing(self._scenes(self._spec.particles), 0.0, self._spec.pixels)
                return write_picture(output, draw, self._provenance)

    def _drawing(self, scenes: Scenes, share: float, size: PictureSize) -> Draw:
        """Return a function that draws the picture at a position from 0 (the first) to 1 (the last)."""
        if self._spec.what in DRAWN:
            view = self._spec.seen.view
            return lambda: render_drawing(self._drawn(scenes, size, text_width(em(view, size))), view, size)
        if self._spec.what == "losses":
            from flowviz.rendering.losses import render_losses  # imports matplotlib, which takes 0.2 s

            return lambda: render_losses(*self._losses(), self._spec.seen.view, size, best_loss=self._best_loss)
        number = round(min(max(share, 0.0), 1.0) * (len(self._shots) - 1))
        return partial(scenes.picture, number, size)

    def _drawn(self, scenes: Scenes, size: PictureSize, length: Measure) -> Drawing:
        """Return the shapes of a picture of one of the `DRAWN` kinds."""
        view = self._spec.seen.view
        if self._spec.what == "sheet":
            return draw_sheet(scenes.scene(self._shots[0], size), view, size, self._stages, length)
        is_preview = scenes is self._previewed
        diagnostic = self._previewed_diagnostic if is_preview else Diagnostic(self._project, self._spec)
        return diagnostic.drawing(size, length)

    def _losses(self) -> tuple[History, float | None]:
        """Return the history and the entropy of the current target, in the chosen units."""
        units = spec_units(self._project.target, self._spec.seen.view.units)
        return self._project.history.in_units(units), units.nll(build_target(self._project.target).entropy)

    @cached_property
    def _best_loss(self) -> float | None:
        return best_loss(build_target(self._project.target), self._project.flow)

    @property
    def _draws(self) -> list[Draw]:
        """Return functions that draw each of several pictures."""
        scenes = self._scenes(self._spec.particles)
        return [partial(scenes.picture, number, self._spec.pixels) for number in range(len(self._shots))]

    @property
    def _reel(self) -> Reel:
        scenes, spec = self._scenes(self._spec.particles), self._spec
        return Reel(
            draw=lambda number: scenes.picture(number, spec.pixels),
            count=len(self._shots),
            size=spec.pixels,
            fps=spec.fps,
            repeats=spec.seen.playback.repeat != "once",
            view=spec.seen.view,
        )

    def _save_figure(self, path: Path) -> None:
        from flowviz.rendering.figure import save_drawing, save_frame  # imports matplotlib
        from flowviz.rendering.losses import losses_figure
        from flowviz.rendering.page import save_figure

        scenes, size, form = self._scenes(self._spec.particles), self._spec.pixels, self._spec.format
        assert form in {"svg", "pdf"}
        seen, about = self._spec.seen.view, self._provenance
        if self._spec.what == "losses":
            save_figure(
                lambda: losses_figure(*self._losses(), seen, size, about.dpi, self._best_loss), path, form, about
            )
        elif self._spec.what in DRAWN:
            save_drawing(partial(self._drawn, scenes, size), seen, size, path, form, about)
        else:
            shot, view = self._shots[0], scenes.view(0, size)
            scene = scenes.scene(shot, size)
            title = scenes.title(shot, scene)
            save_frame(scene, shot.stage, view, size, title, path, form, about, has_dots=self.has_vectors)

    def _save_table(self, path: Path) -> None:
        diagnostic, form = Diagnostic(self._project, self._spec), self._spec.format
        text = diagnostic.as_json() if form == "json" else "".join(tables.csv_pieces([diagnostic.columns()]))
        path.write_bytes(text.encode())

    def _write_trace(self, path: Path) -> Steps:
        particles = self._particles
        parts = particles.parts(self._shots[0].moment)
        return self._write_numbers(path, tables.Particles(particles.count, self._stages, parts, particles.units))

    def _write_samples(self, path: Path) -> Steps:
        particles, units = self._particles, self._particles.units
        points = (units.values(trace.positions[-1]) for trace in particles.parts(self._shots[0].moment))
        return self._write_numbers(path, tables.points(particles.count, points, units))

    def _write_numbers(self, path: Path, numbers: tables.Numbers) -> Steps:
        assert self._spec.format in {"csv", "npz"}
        return tables.write_numbers(path, self._spec.format, numbers)

    def _write_density(self, path: Path) -> Steps:
        scenes, shot, size = self._particles, self._shots[0], self._spec.pixels
        shape = size.height, size.width
        if self._spec.seen.fitted:
            rectangle = particle_rectangle(scenes.trace(shot.moment), round(shot.stage))
        else:
            rectangle = scenes.rectangle(shot, size)
        parts = scenes.log_densities(shot, cell_centers(rectangle, shape))
        return tables.write_density_npz(path, rectangle, shape, parts, scenes.units)

    @property
    def _stages(self) -> range:
        return stage_range(self._project, self._spec)

    @property
    def _particles(self) -> Scenes:
        return self._scenes(self._spec.particles)

    def _scenes(self, particles: int | None, keeper: FlowKeeper | None = None) -> Scenes:
        seen = self._spec.seen.model_copy(update={"overview": self._spec.what == "sheet"})
        if self._spec.what == "samples":  # always samples of the flow, even if the view shows encoded points
            seen = seen.model_copy(update={"direction": "generate"})
        seconds = STEP_SECONDS / (self._spec.in_betweens + 1) if self._spec.what in FILMS else None
        return Scenes(self._project, seen, particles, self._shots, keeper, seconds)

    @property
    def _provenance(self) -> Provenance:
        return provenance_of(self._project, self._spec)


def _check(project: Project, spec: ExportSpec, selection: Selection | None) -> None:
    """Raise `SpecError` if the project does not have the requested data, or if options conflict."""
    view = spec.seen.view
    if spec.seen.probe is not None:
        checked_stage(spec.seen.probe[0], project.trace.last_stage)
    if spec.what == "sheet":
        if "density" in view.marks:
            raise SpecError(
                "A sheet cannot show the density, which is computed for one stage at a time. Leave one of them out."
            )
        sheet_stage(len(stage_range(project, spec)), view, spec.pixels, 0, 0)
    if spec.what == "four_panels":
        check_room(view, spec.pixels)
    if spec.what in PICTURES and view.color_by == "selection" and selection is None:
        raise SpecError(
            "The colors show the selection, but nothing is selected. Select some particles, or choose other colors."
        )
    shows_best = spec.what in PICTURES and "velocity" in view.marks and view.velocity != "learned"
    if shows_best and (problem := best_velocity_problem(build_target(project.target), project.flow)):
        raise SpecError(problem)
    if check := CHECKS.get(spec.what):
        check(project.flow)
    if spec.what == "page":
        check_page(spec)
    if spec.what == "losses" and not len(project.history.step):
        raise SpecError("There are no losses to export: the flow has not been trained.")


def _previewed(size: PictureSize, shown: PictureSize) -> PictureSize:
    """Return the size in pixels at which the preview of a picture is drawn, to be shown at another size."""
    least = max(PREVIEW_SIDE / max(size.width, size.height), MIN_SIDE / min(size.width, size.height))
    return size.scaled(max(min(least, 1.0), min(shown.width / size.width, shown.height / size.height)))
