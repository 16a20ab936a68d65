"""What is taken away of a project: the window's dialog and the terminal's command both ask here."""

from collections.abc import Generator
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.errors import SpecError
from flowviz.exporting.film import write_film
from flowviz.exporting.pictures import write_picture, write_together
from flowviz.exporting.reel import Reel
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot, shots, stage_range
from flowviz.projects import Project
from flowviz.records import Selection
from flowviz.rendering import render_sheet
from flowviz.rendering.raster import RGBA
from flowviz.specs import ExportSpec, PictureSize, ViewSpec
from flowviz.specs.export import IN_FOLDERS, PICTURES
from flowviz.specs.view import SMALLEST_SIDE

PREVIEW_SIDE = 1080  # pixels: a preview is drawn so large at the most, then made smaller, so that its words fit, too


class Export:
    """What an `ExportSpec` makes of a project: the same bytes, however often and wherever it is made.

    TensorFlow is loaded only for what the project does not hold: a density, a grid, a probe, other particles, the
    particles of a moment of which it knows the weights alone.
    """

    def __init__(self, project: Project, spec: ExportSpec) -> None:
        """Raises `SpecError` for what the project does not have."""
        self._project = project
        self._spec = spec
        self._shots = shots(project, spec)
        self._previewed = self._scenes()
        _check(project, spec, self._previewed.selection)

    @property
    def count(self) -> int:
        """How many steps `write` yields."""
        return 1 if self._spec.what not in IN_FOLDERS | {"animation"} else len(self._shots)

    def names(self) -> list[str]:
        """The names of the files, for what is written into a folder; else none."""
        if self._spec.what == "stages":
            return [f"{self._project.trace.names[round(shot.stage)]}.png" for shot in self._shots]
        return [f"{number:05d}.png" for number in range(len(self._shots))] if self._spec.what == "frames" else []

    def preview(self, share: float, size: PictureSize) -> RGBA:
        """The picture so far on the way through all, 0 to 1: as it will look, but small enough to fit into a size."""
        drawn = _previewed(self._spec.pixels)
        if self._spec.what == "sheet":
            picture = self._sheet(self._previewed, drawn)
        else:
            shot = self._shots[round(min(max(share, 0.0), 1.0) * (len(self._shots) - 1))]
            picture = self._previewed.picture(shot, self._view, drawn)
        scale = min(1.0, size.width / drawn.width, size.height / drawn.height)
        small = max(1, round(scale * drawn.width)), max(1, round(scale * drawn.height))
        return np.asarray(Image.fromarray(picture).resize(small, Image.Resampling.BOX))

    def write(self, output: Path) -> Generator[None, None, None]:
        """Write it to a file or, for what is several files, into a folder; yields after each step.

        Closed early, or failing, it leaves nothing behind. Raises `FileError` and `SpecError`.
        """
        scenes = self._scenes()
        size = self._spec.pixels
        if self._spec.what == "sheet":
            yield from write_picture(output, partial(self._sheet, scenes, size))
        elif self._spec.what == "view":
            yield from write_picture(output, partial(scenes.picture, self._shots[0], self._view, size))
        elif self._spec.what in IN_FOLDERS:
            draw = [partial(scenes.picture, shot, self._view, size) for shot in self._shots]
            yield from write_together(output, list(zip(self.names(), draw, strict=True)))
        elif self._spec.what == "animation":
            reel = Reel(
                lambda number: scenes.picture(self._shots[number], self._view, size),
                len(self._shots),
                size,
                self._spec.fps,
                self._spec.seen.playback.repeat != "once",
                self._view,
            )
            yield from write_film(output, reel, self._spec.format)
        else:
            raise SpecError(f"The {self._spec.what} cannot be written yet.")

    def _scenes(self) -> Scenes:
        particles = self._spec.particles if self._spec.what in PICTURES else None
        return Scenes(self._project, self._spec.seen, particles)

    @cached_property
    def _view(self) -> ViewSpec:
        return self._previewed.view(self._shots)

    def _sheet(self, scenes: Scenes, size: PictureSize) -> RGBA:
        scene = scenes.scene(Shot(0, self._shots[0].moment), self._view, size)
        return render_sheet(scene, self._view, size, stage_range(self._project, self._spec))


def _check(project: Project, spec: ExportSpec, selection: Selection | None) -> None:
    """Raise `SpecError` for what the project does not have, or what does not go together."""
    view = spec.seen.view
    if spec.what == "sheet" and "density" in view.marks:
        raise SpecError("A sheet cannot show the density, which is computed for one stage. Leave one of them out.")
    if spec.what in PICTURES and view.color_by == "selection" and selection is None:
        raise SpecError("Nothing is selected to color by. Select some particles, or choose other colors.")
    if spec.what == "losses" and not len(project.history.step):
        raise SpecError("The project has no losses: its flow was never trained.")


def _previewed(size: PictureSize) -> PictureSize:
    """The size at which the preview of a picture is drawn."""
    scale = max(PREVIEW_SIDE / max(size.width, size.height), SMALLEST_SIDE / min(size.width, size.height))
    return size if scale >= 1 else PictureSize(width=round(scale * size.width), height=round(scale * size.height))
