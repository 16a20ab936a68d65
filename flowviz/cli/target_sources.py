"""The sources of a target, and their options, which all commands that need a target share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from flowviz.cli import options
from flowviz.cli.messages import drained, say, say_columns
from flowviz.cli.spec_options import Given, given_files, spec_options, takes
from flowviz.errors import FileError, SpecError
from flowviz.projects import is_project, load_project
from flowviz.specs import (
    ConditionalSpec,
    DrawingSpec,
    ImageSpec,
    MixSpec,
    Part,
    PointsSpec,
    ShapeSpec,
    SourceSpec,
    TargetSpec,
    TextSpec,
)
from flowviz.specs.fields import checked, choices_of, with_values
from flowviz.specs.target import MOTIONS, sources_of
from flowviz.targets import (
    Points,
    Target,
    borrowed_fonts,
    build_target,
    read_drawing,
    read_image,
    reading_condition,
    reading_points,
    split_sentences,
)

CONDITION, CLASSES = "--condition", "class"  # the option, and its value if it has none


def with_condition_value(args: list[str]) -> list[str]:
    """Return the arguments of a command with the usual value of `--condition` where it is given without one."""
    values = [*args[1:], ""][: len(args)]
    has_none = [
        arg == CONDITION and (not value or value.startswith("-")) for arg, value in zip(args, values, strict=True)
    ]
    pairs = zip(args, has_none, strict=True)
    return [part for arg, lacks in pairs for part in ([arg, CLASSES] if lacks else [arg])]


@dataclass(frozen=True)
class Sources:
    """The sources of a target that options name. Their files are not read yet."""

    text: list[str]
    image: list[Path]
    shape: list[str]
    drawing: list[Path]
    points: list[Path]
    of: Path | None
    of_text: Given
    of_image: Given
    of_drawing: Given
    of_points: Given
    columns: str | None
    beside: bool
    over: bool
    shares: str | None
    condition: str | None
    condition_column: str | None

    @property
    def files(self) -> list[Path]:
        """Return all files that the target comes from."""
        return [*self.image, *self.drawing, *self.points, *given_files(self.of)]

    def target(self) -> TargetSpec:
        """Read the files, and return the target; a mix is in the order of the options. Raises `FlowvizError`."""
        self._check()
        if self.of is not None:
            return load_project(self.of).asked.target
        if self.condition_column is not None:
            sources, reading = tuple(self._read()), reading_condition(self.points[0], self.condition_column)
            return ConditionalSpec(sources=sources, column=drained(reading, f"Reading {self.condition_column}"))
        if self.condition is not None:
            motion = None if self.condition == CLASSES else self.condition
            return ConditionalSpec(sources=tuple(self._read()), motion=motion)
        if not (self.beside or self.over):
            return next(self._read())
        weights = _weights(self.shares, self._count)
        parts = tuple(Part(source=source, weight=w) for source, w in zip(self._read(), weights, strict=True))
        return MixSpec(parts=parts, layout="over" if self.over else "beside")

    @property
    def are_given(self) -> bool:
        """Return whether options name any source."""
        return bool(self._count) or self.of is not None

    @property
    def _count(self) -> int:
        return len(self.text) + len(self.image) + len(self.shape) + len(self.drawing) + len(self.points)

    def _read(self) -> Iterator[SourceSpec]:
        yield from (TextSpec(text=each, **self.of_text) for each in self.text)
        for path in self.image:
            yield _with_choices(read_image(path), self.of_image)
        yield from (ShapeSpec(name=each) for each in self.shape)
        for path in self.drawing:
            yield _with_choices(read_drawing(path), self.of_drawing)
        for path in self.points:
            if is_project(path):
                raise FileError(f"{path} is a project. To learn its target, use --of.")
            reading = reading_points(path, self.columns, say_columns, self.condition_column)
            yield _with_choices(drained(reading, f"Reading {path.name}"), self.of_points)

    def _check(self) -> None:
        """Raise `SpecError` if the sources do not go together, or an option has no effect."""
        ink = self.text or self.image or self.drawing
        _check_belonging("--text, --image or --drawing", ink, {"blur": self.of_drawing.get("blur")})
        _check_belonging("--text", self.text, {**self.of_text, "blur": None})
        _check_belonging("--image", self.image, {**self.of_image, "blur": None})
        of_table = {"columns": self.columns, "condition-column": self.condition_column}
        _check_belonging("--points", self.points, of_table | dict(self.of_points))
        if self.of is not None:
            if self._count or self.beside or self.over or self.shares or self.condition:
                raise SpecError("--of takes the whole target from a project. Leave out the other sources.")
            return
        if not self._count:
            raise SpecError(
                "There is no target. Give --text, --image, --shape, --drawing or --points, or --of with a project."
            )
        conditions = self.condition, self.condition_column
        if sum([self.beside, self.over, *(each is not None for each in conditions)]) > 1:
            raise SpecError("Give only one of --beside, --over, --condition and --condition-column.")
        if not (self.beside or self.over):
            if self._count > 1 and self.condition is None:
                raise SpecError(
                    "There is more than one source. Give only one, or combine them with --beside, --over or "
                    "--condition."
                )
            _check_belonging("--beside or --over", None, {"shares": self.shares})


@takes(
    of_text=spec_options(choices_of(TextSpec)),
    of_image=spec_options(choices_of(ImageSpec)),
    of_drawing=spec_options(choices_of(DrawingSpec)),
    of_points=spec_options(choices_of(PointsSpec)),
)
def chosen_sources(
    of_text: Given,
    of_image: Given,
    of_drawing: Given,
    of_points: Given,
    text: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="Text to learn.")] = None,
    image: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Picture whose dark pixels are ink.")] = None,
    shape: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Shape; flowviz target --list lists them.")
    ] = None,
    drawing: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Drawing, dark on a white or transparent background.")
    ] = None,
    points: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Table of points, .csv, .txt, .npy, .npz or .parquet.")
    ] = None,
    of: Annotated[Path | None, typer.Option(metavar="PROJECT.flowviz", help="Project whose target to learn.")] = None,
    columns: options.Columns = None,
    beside: Annotated[bool, typer.Option("--beside", help="Put several sources side by side.")] = False,
    over: Annotated[bool, typer.Option("--over", help="Put several sources one over the other.")] = False,
    shares: Annotated[str | None, typer.Option(metavar="N,N", help="Shares of the points, such as 2,1.")] = None,
    condition: Annotated[
        str | None,
        typer.Option(
            CONDITION,
            metavar=f"[{CLASSES}|{'|'.join(MOTIONS)}]",
            help="Learn one density for each of several sources, which are classes; or for each value from 0 to 1 by "
            "which a single source turns, grows or moves.",
        ),
    ] = None,
    condition_column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Learn one density for each value of a column of the table, by name or number: a class, which is text "
            "or one of up to nine whole numbers, or a number.",
        ),
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
        of_text,
        of_image,
        of_drawing,
        of_points,
        columns,
        beside,
        over,
        shares,
        condition,
        condition_column,
    )


def built(spec: TargetSpec) -> Target:
    """Return the target, and print what the user should know of it. Raises `FlowvizError` if it cannot be learned."""
    target = build_target(spec)
    for source in sources_of(spec):
        if isinstance(source, TextSpec):
            for borrowed in borrowed_fonts(source):
                say(f"The font lacks some characters: {borrowed.sentence()}")
    if isinstance(target, Points) and target.outliers:
        say(f"{target.outliers:,} of the points are outliers.")
    for sentence in split_sentences(target):
        say(sentence)
    return target


def _check_belonging(source: str, given: object, choices: Mapping[str, object]) -> None:
    """Raise `SpecError` if an option has no effect, which is a mistake."""
    idle = next((name for name, value in choices.items() if value is not None), None)
    if idle and not given:
        raise SpecError(f"--{idle.replace('_', '-')} requires {source}.")


def _with_choices(spec: SourceSpec, choices: Given) -> SourceSpec:
    return checked(with_values(spec, choices)) if choices else spec


def _weights(shares: str | None, count: int) -> list[float]:
    if shares is None:
        return [1.0] * count
    weights = options.numbers(shares, "shares", "2,1")
    if len(weights) != count:
        raise SpecError(f"There are {count} sources but {len(weights)} shares. Give one share for each source.")
    return weights
