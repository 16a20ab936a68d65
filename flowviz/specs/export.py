"""What is taken away from a project, and as what."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from flowviz.specs.seen import Seen, Stage
from flowviz.specs.spec import Spec
from flowviz.specs.view import LARGEST_SIDE, USUAL_DPI, PictureSize

What = Literal["view", "stages", "sheet", "animation", "frames", "trace", "samples", "density", "losses"]
Format = Literal["png", "svg", "pdf", "gif", "apng", "webp", "mp4", "npz", "csv"]

FORMATS: Mapping[What, tuple[Format, ...]] = {
    "view": ("png", "svg", "pdf"),
    "stages": ("png",),
    "sheet": ("png", "svg", "pdf"),
    "animation": ("gif", "apng", "webp", "mp4"),
    "frames": ("png",),
    "trace": ("npz", "csv"),
    "samples": ("npz", "csv"),
    "density": ("npz",),
    "losses": ("csv", "png"),
}
IN_FOLDERS: frozenset[What] = frozenset({"stages", "frames"})  # one file a picture
FILMS: frozenset[What] = frozenset({"animation", "frames"})  # what plays
PICTURES: frozenset[What] = FILMS | {"view", "stages", "sheet"}  # what shows particles
FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND, MOST_GIF_FRAMES_PER_SECOND = 25, 120, 50
IN_BETWEENS, MOST_IN_BETWEENS = 18, 240


class ExportSpec(Spec):
    """What is written: `what`, in which format, of what is seen.

    view: one picture; stages: one a stage, in a folder; sheet: all stages in one; animation: one file that plays;
    frames: its pictures, in a folder; trace: particles at every stage; samples: points of the flow; density: the
    log-density of a stage over the cells of a grid; losses: the history of the training.

    `size` is in pixels, or in cells of a density, and `scale` multiplies it; `dpi` is how many pixels of a PNG, an SVG
    or a PDF make up an inch. MP4 has even sides only, and gets a row or column of the ground where one is odd.
    `first` and `last` are the range of stages, both inclusive; None for the base and the last one. An animation is one
    pass of the playback through that range, with `in_betweens` frames between two stages and `fps` frames a second,
    whatever its speed. It repeats for ever, unless it plays once. Through the training alone it stays at the stage that
    is seen, and has as many frames as through all stages.
    `particles` is how many are followed, or drawn as samples; None for as many as are in the project or, where points
    of the target are pulled back, as the window shows.
    """

    what: What = "view"
    format: Format = "png"
    seen: Seen = Seen()
    size: PictureSize = PictureSize()
    scale: Annotated[int, Field(ge=1, le=8)] = 1
    dpi: Annotated[int, Field(ge=10, le=2400, title="dpi")] = USUAL_DPI
    first: Stage | None = None
    last: Stage | None = None
    in_betweens: Annotated[int, Field(ge=0, le=MOST_IN_BETWEENS, title="in-betweens")] = IN_BETWEENS
    fps: Annotated[int, Field(ge=1, le=MOST_FRAMES_PER_SECOND)] = FRAMES_PER_SECOND
    particles: Annotated[int, Field(ge=1, le=10_000_000)] | None = None

    @property
    def pixels(self) -> PictureSize:
        """The size of the picture that is written."""
        return PictureSize(width=self.size.width * self.scale, height=self.size.height * self.scale)

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.format not in FORMATS[self.what]:
            raise ValueError(f"The {self.what} cannot be written as {self.format}. Choose {_any(FORMATS[self.what])}.")
        if self.format == "gif" and self.fps > MOST_GIF_FRAMES_PER_SECOND:
            raise ValueError(
                f"A GIF shows {MOST_GIF_FRAMES_PER_SECOND} frames a second at most, since it counts in hundredths of a "
                f"second, and programs slow down what is faster. Choose fewer than {self.fps}, or another format."
            )
        if self.format == "mp4" and self.seen.view.background == "transparent":
            raise ValueError("An MP4 cannot be transparent. Choose a solid background, or another format.")
        if max(self.size.width, self.size.height) * self.scale > LARGEST_SIDE:
            raise ValueError(f"{self.size} pixels times {self.scale} is more than {LARGEST_SIDE} on a side.")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"The stages {self.first} to {self.last} are no range. Give the lower one first.")
        return self


def _any(formats: tuple[Format, ...]) -> str:
    *others, last = formats
    return f"{', '.join(others)} or {last}" if others else last
