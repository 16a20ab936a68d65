"""The options that say what the flow shall learn: the same for every command that needs a target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from flowviz.cli import options
from flowviz.cli.messages import drained, say
from flowviz.errors import SpecError
from flowviz.projects import load_project
from flowviz.specs import MixSpec, Part, ShapeSpec, SourceSpec, TargetSpec, TextSpec
from flowviz.specs.target import Align
from flowviz.targets import (
    Points,
    Target,
    borrowed_fonts,
    build_target,
    read_drawing,
    read_image,
    reading_points,
    split_sentences,
)


@dataclass(frozen=True)
class Sources:
    """The sources of a target as the options name them; their files are not read yet."""

    text: list[str]
    image: list[Path]
    shape: list[str]
    drawing: list[Path]
    points: list[Path]
    of: Path | None
    of_text: Mapping[str, Any]
    of_image: Mapping[str, Any]
    columns: str | None
    beside: bool
    over: bool
    shares: str | None

    @property
    def files(self) -> list[Path]:
        """All files that the target comes from."""
        return [*self.image, *self.drawing, *self.points, *([] if self.of is None else [self.of])]

    def target(self) -> TargetSpec:
        """Read the files, and return the target; a mix is in the order of the options. Raises `FlowvizError`."""
        self._check()
        if self.of is not None:
            return load_project(self.of).asked.target
        if not (self.beside or self.over):
            return next(self._read())
        weights = _weights(self.shares, self._count)
        parts = tuple(Part(source=source, weight=w) for source, w in zip(self._read(), weights, strict=True))
        return MixSpec(parts=parts, layout="over" if self.over else "beside")

    @property
    def _count(self) -> int:
        return len(self.text) + len(self.image) + len(self.shape) + len(self.drawing) + len(self.points)

    def _read(self) -> Iterator[SourceSpec]:
        yield from (TextSpec(text=each, **self.of_text) for each in self.text)
        for path in self.image:
            picture = read_image(path)
            yield type(picture)(**{**picture.model_dump(), **self.of_image})
        yield from (ShapeSpec(name=each) for each in self.shape)
        yield from (read_drawing(path) for path in self.drawing)
        for path in self.points:
            yield drained(reading_points(path, self.columns), f"Reading {path.name}")

    def _check(self) -> None:
        """Raise `SpecError` where the sources do not go together, or an option would do nothing."""
        _check_belonging("--text", self.text, self.of_text)
        _check_belonging("--image", self.image, self.of_image)
        _check_belonging("--points", self.points, {"columns": self.columns})
        if self.of is not None:
            if self._count or self.beside or self.over or self.shares:
                raise SpecError("With --of, all of the target comes from a project. Leave the other sources out.")
            return
        if not self._count:
            raise SpecError(
                "Say what the flow shall learn: give --text, --image, --shape, --drawing or --points, "
                "or --of a project."
            )
        if self.beside and self.over:
            raise SpecError("Give either --beside or --over.")
        if not (self.beside or self.over):
            if self._count > 1:
                raise SpecError("There are several sources. Give one, or join them with --beside or --over.")
            _check_belonging("--beside or --over", None, {"shares": self.shares})


def chosen_sources(
    text: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="A text to draw.")] = None,
    image: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A picture whose dark pixels are ink.")
    ] = None,
    shape: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A shape: see flowviz target --list.")] = None,
    drawing: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A drawing, dark on white or on nothing.")
    ] = None,
    points: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Points: .csv, .txt, .npy, .npz or .parquet.")
    ] = None,
    of: Annotated[
        Path | None, typer.Option(metavar="PROJECT.flowviz", help="What the next training of a project is to learn.")
    ] = None,
    font: Annotated[
        str | None, typer.Option(metavar="NAME", help="The text's font, such as 'DejaVu Sans Bold'.")
    ] = None,
    weight: Annotated[float | None, typer.Option(help="The stroke around letters, 0 to 0.2 of their size.")] = None,
    align: Annotated[Align | None, typer.Option(help="Where short lines of the text stand.")] = None,
    threshold: Annotated[float | None, typer.Option(help="How dark ink in the image is at least, 0 to 1.")] = None,
    invert: Annotated[bool, typer.Option("--invert", help="Take what is light in the image as dark.")] = False,
    grayscale: Annotated[bool, typer.Option("--grayscale", help="The darker the image, the more points.")] = False,
    columns: options.Columns = None,
    beside: Annotated[bool, typer.Option("--beside", help="Put several sources side by side.")] = False,
    over: Annotated[bool, typer.Option("--over", help="Put several sources one over the other.")] = False,
    shares: Annotated[
        str | None, typer.Option(metavar="N,N", help="How much of the points each gets, such as 2,1.")
    ] = None,
) -> Sources:
    """Return the sources that the options name."""
    return Sources(
        text or [],
        image or [],
        shape or [],
        drawing or [],
        points or [],
        of,
        _given(font=font, weight=weight, align=align),
        _given(threshold=threshold, invert=invert or None, grayscale=grayscale or None),
        columns,
        beside,
        over,
        shares,
    )


def built(spec: TargetSpec) -> Target:
    """The target; what a person should know of it is said. Raises `FlowvizError` where it cannot be learned."""
    target = build_target(spec)
    sources = [part.source for part in spec.parts] if isinstance(spec, MixSpec) else [spec]
    for source in sources:
        if isinstance(source, TextSpec):
            for borrowed in borrowed_fonts(source):
                say(f"The font lacks some characters: {borrowed.sentence()}")
    if isinstance(target, Points) and target.outliers:
        say(f"{target.outliers:,} of the points lie far out.")
    for sentence in split_sentences(target):
        say(sentence)
    return target


def _given(**choices: Any) -> dict[str, Any]:
    return {name: value for name, value in choices.items() if value is not None}


def _check_belonging(source: str, given: object, choices: Mapping[str, object]) -> None:
    """An option that would do nothing is a mistake. Raises `SpecError`."""
    idle = next((name for name, value in choices.items() if value is not None), None)
    if idle and not given:
        raise SpecError(f"--{idle} needs {source}.")


def _weights(shares: str | None, count: int) -> list[float]:
    if shares is None:
        return [1.0] * count
    try:
        weights = [float(share) for share in shares.split(",")]
    except ValueError as error:
        raise SpecError(f"The shares {shares!r} are not numbers separated by commas, such as 2,1.") from error
    if len(weights) != count:
        raise SpecError(f"There are {count} sources, but {len(weights)} shares.")
    return weights
