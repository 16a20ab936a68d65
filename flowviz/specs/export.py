"""The spec of an export: what is written, and in which format."""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from flowviz.file_kinds import listed
from flowviz.specs.export_kinds import (
    DIAGNOSTICS,
    FILMS,
    FORMATS,
    PAGES,
    PICTURES,
    PLOTS,
    RANGES,
    TABLES,
    Control,
    Format,
    Kinds,
    What,
)
from flowviz.specs.fields import Option, checked, described, fields_of, values_of, with_values
from flowviz.specs.seen import Seen
from flowviz.specs.spec import Spec
from flowviz.specs.view import MAX_SIDE, USUAL_DPI, PictureSize

MAX_VALUES = 9  # of the condition in a web page
FRAMES_PER_SECOND, MAX_GIF_FRAMES_PER_SECOND = 25, 50
MAX_VECTORS = 10_000  # particles, which take 0.5 MB as SVG
ParticlesAs = Literal["auto", "vectors", "picture"]
ALL: Kinds = frozenset(FORMATS)
OF_NUMBERS = frozenset({"what", "format", "moment", "probe", "particles", "units"})  # fields that affect their tables


class ExportSpec(Spec):
    """An export: what is written, in which format, and of which view.

    view: one picture; stages: one a stage, in a folder; sheet: all stages in one; four_panels: the data, their latents,
    the base and its images; animation: one file that plays; frames: its pictures, in a folder; ledger: what each stage
    adds to the log-density of the probed point or, without one, of the data; latents: how well the latents of the data
    match the base; trace: particles at every stage; samples: points of the flow; density: the log-density of a stage
    over the cells of a grid; losses: the history of the training; code: the flow as a Python module, which needs only
    NumPy; page: an interactive web page.

    MP4 has even sides only; where one is odd, it gets a row or column of the background. `first` and `last` are both
    inclusive. An animation is one pass of the playback through that range, whatever its speed. It repeats for ever,
    unless it plays once. Through the training alone, it stays at the stage that is seen, and has as many frames as
    through all stages.
    """

    what: Annotated[What, described("What", "What to export"), Option(ALL)] = "view"
    format: Annotated[Format, described("Format", "File format"), Option(ALL)] = "png"
    seen: Annotated[Seen, described("Content", "What to show of the flow")] = Field(default_factory=Seen)
    size: Annotated[
        PictureSize,
        described("Size", "Width and height in pixels or centimeters, such as 12x8cm or 8.5cm; of a density, in cells"),
        Option(PICTURES | PLOTS | {"density"}, form="WIDTHxHEIGHT"),
    ] = Field(default_factory=PictureSize)
    scale: Annotated[
        int,
        described("Scale", "Factor by which the size is multiplied, from 1 to 8", ge=1, le=8),
        Option(PICTURES | PLOTS | {"density"}),
    ] = 1
    dpi: Annotated[
        int,
        described("Resolution", "Pixels per inch on paper", ge=10, le=2400),
        Option((PICTURES | PLOTS) - {"animation"}),
    ] = USUAL_DPI
    font_size: Annotated[
        float | None,
        described(
            "Font size", "Size of the text in points; by default, it follows the size of the picture", gt=0, le=200
        ),
        Option(PICTURES | PLOTS),
    ] = None
    first: Annotated[
        int | None, described("First stage", "First stage of the range; by default the base", ge=0), Option(RANGES)
    ] = None
    last: Annotated[
        int | None,
        described("Last stage", "Last stage of the range; by default that of the flow", ge=0),
        Option(RANGES),
    ] = None
    in_betweens: Annotated[
        int, described("In-betweens", "Number of frames between two stages", ge=0, le=240), Option(FILMS)
    ] = 18
    fps: Annotated[
        int,
        described("Frames per second", "Number of frames per second", ge=1, le=120),
        Option(frozenset({"animation"})),
    ] = FRAMES_PER_SECOND
    particles: Annotated[
        int | None,
        described(
            "Particles",
            "Number of particles; by default as many as the project has. When encoding a table, at most the number "
            "of its validation points",
            ge=1,
            le=10_000_000,
        ),
        Option(PICTURES | DIAGNOSTICS | PAGES | {"trace", "samples"}),
    ] = None
    particles_as: Annotated[
        ParticlesAs,
        described(
            "Particles as",
            f"Particles of an SVG or PDF as vectors or as a picture; auto: vectors for up to {MAX_VECTORS:,} particles",
        ),
        Option(frozenset({"view"})),
    ] = "auto"
    moments: Annotated[
        int,
        described("Moments", "Number of earlier moments of the training to choose from", ge=0, le=50),
        Option(PAGES),
    ] = 0
    values: Annotated[
        int | None,
        described(
            "Values",
            "Number of values of the condition to choose from, evenly spread; by default all classes, or 5 values of a "
            "number",
            ge=1,
            le=MAX_VALUES,
        ),
        Option(PAGES),
    ] = None
    controls: Annotated[
        frozenset[Control],
        described("Controls", "Controls of a web page, separated by commas"),
        Option(PAGES, form=",".join(get_args(Control))),
    ] = frozenset(get_args(Control))

    @property
    def pixels(self) -> PictureSize:
        """Return the size of the exported picture."""
        return self.size.scaled(self.scale)

    def has_vectors(self, particles: int) -> bool:
        """Return whether a number of particles is drawn as vectors in an SVG or PDF."""
        is_wanted = self.particles_as == "vectors" or (self.particles_as == "auto" and particles <= MAX_VECTORS)
        return is_wanted and self.what == "view" and self.format in {"svg", "pdf"}

    @model_validator(mode="before")
    @classmethod
    def _with_usual_format(cls, values: Any) -> Any:
        """Add the first format of what is exported where the default, PNG, is none of its formats."""
        formats = next((found for what, found in FORMATS.items() if what == values.get("what")), ("png",))
        return values if "png" in formats else {"format": formats[0], **values}

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.format not in FORMATS[self.what]:
            raise ValueError(
                f"The {self.what} cannot be written as {self.format}. Choose {listed(FORMATS[self.what])}."
            )
        if self.format == "gif" and self.fps > MAX_GIF_FRAMES_PER_SECOND:
            raise ValueError(
                f"A GIF cannot have {self.fps} frames per second, because programs slow down GIFs with more than "
                f"{MAX_GIF_FRAMES_PER_SECOND}. Choose fewer, or another format."
            )
        if self.format == "mp4" and self.seen.view.background == "transparent":
            raise ValueError("An MP4 cannot be transparent. Choose a solid background, or another format.")
        if max(self.size.width, self.size.height) * self.scale > MAX_SIDE:
            raise ValueError(f"{self.size.words} times {self.scale} exceeds the limit of {MAX_SIDE} pixels per side.")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"The first stage, {self.first}, cannot come after the last one, {self.last}.")
        return self


def effects(spec: ExportSpec) -> frozenset[str]:
    """Return the names of the fields that affect what an export writes."""
    found = frozenset(name for name, field in fields_of(ExportSpec).items() if spec.what in field.option.kinds)
    if spec.what in PLOTS and spec.format in TABLES:
        found &= OF_NUMBERS
    if spec.format not in {"svg", "pdf"}:
        found -= {"particles_as"}
    if spec.what == "ledger" and spec.seen.probe is not None:
        found -= {"particles"}
    if spec.what not in FILMS or spec.seen.playback.through == "layers":
        return found
    if spec.seen.playback.through == "both":
        return found - {"moment"}
    return (found - {"moment", "first", "last"}) | {"stage"}


def relevant(spec: ExportSpec) -> ExportSpec:
    """Return a spec that writes the same, with the usual values of all fields that do not affect that."""
    idle = fields_of(ExportSpec).keys() - effects(spec)
    if spec.seen.fitted:
        idle |= {"center", "half_extent"}
    else:
        idle |= {"camera"}
    if "grid" not in spec.seen.view.marks:
        idle |= {"grid_cells", "square"}
    if "velocity" not in spec.seen.view.marks:
        idle |= {"velocity"}
    if not spec.seen.view.has_two_sides:
        idle |= {"beside"}
    defaults = values_of(ExportSpec(what=spec.what, format=spec.format))
    return checked(with_values(spec, {name: defaults[name] for name in idle}))
