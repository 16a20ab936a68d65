"""The options that say what the flow shall learn: the same for every command that needs a target."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from flowviz.cli.talk import progress_bar, say
from flowviz.errors import SpecError
from flowviz.projects import load_project
from flowviz.specs import MixSpec, Part, PointsSpec, ShapeSpec, SourceSpec, TargetSpec, TextSpec
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


def chosen_target(
    text: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="A text to draw.")] = None,
    image: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A picture whose dark pixels are ink.")
    ] = None,
    shape: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A shape: see flowviz target --list.")] = None,
    drawing: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A drawing, dark on white or on nothing.")
    ] = None,
    points: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Points: .csv, .txt, .npy or .npz.")] = None,
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
    columns: Annotated[
        str | None, typer.Option(metavar="X,Y", help="Two columns of the points, such as x,y or 1,2.")
    ] = None,
    beside: Annotated[bool, typer.Option("--beside", help="Put several sources side by side.")] = False,
    over: Annotated[bool, typer.Option("--over", help="Put several sources one over the other.")] = False,
    shares: Annotated[
        str | None, typer.Option(metavar="N,N", help="How much of the points each gets, such as 2,1.")
    ] = None,
) -> TargetSpec:
    """The target that the options choose; a mix is in the order of the options here. Raises `FlowvizError`."""
    _check_belonging("--text", text, {"--font": font, "--weight": weight, "--align": align})
    _check_belonging("--image", image, {"--threshold": threshold, "--invert": invert, "--grayscale": grayscale})
    _check_belonging("--points", points, {"--columns": columns})
    of_text = _given(font=font, weight=weight, align=align)
    of_image = _given(threshold=threshold, invert=invert or None, grayscale=grayscale or None)

    def sources() -> Iterator[SourceSpec]:
        yield from (TextSpec(text=each, **of_text) for each in text or ())
        for path in image or ():
            picture = read_image(path)
            yield type(picture)(**{**picture.model_dump(), **of_image})
        yield from (ShapeSpec(name=each) for each in shape or ())
        yield from (read_drawing(path) for path in drawing or ())
        yield from (_read_points(path, columns) for path in points or ())

    if of is not None:
        _check_alone(text, image, shape, drawing, points, beside, over, shares)
        return load_project(of).asked.target
    count = sum(len(given or ()) for given in (text, image, shape, drawing, points))
    if not count:
        raise SpecError(
            "Say what the flow shall learn: give --text, --image, --shape, --drawing or --points, or --of a project."
        )
    if beside and over:
        raise SpecError("Give either --beside or --over.")
    if not (beside or over):
        if count > 1:
            raise SpecError("There are several sources. Give one, or join them with --beside or --over.")
        _check_belonging("--beside or --over", None, {"--shares": shares})
        return next(sources())
    weights = _weights(shares, count)
    parts = tuple(Part(source=source, weight=w) for source, w in zip(sources(), weights, strict=True))
    return MixSpec(parts=parts, layout="over" if over else "beside")


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


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _check_belonging(source: str, given: object, options: Mapping[str, object]) -> None:
    """An option that would do nothing is a mistake. Raises `SpecError`."""
    idle = next((name for name, value in options.items() if value not in (None, False)), None)
    if idle and not given:
        raise SpecError(f"{idle} needs {source}.")


def _check_alone(*others: object) -> None:
    """Raise `SpecError` where there are other sources beside a project's target."""
    if any(others):
        raise SpecError("With --of, all of the target comes from a project. Leave the other sources out.")


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


def _read_points(path: Path, columns: str | None) -> PointsSpec:
    reading = reading_points(path, columns)
    with progress_bar() as bar:
        task = bar.add_task(f"Reading {path.name}", total=1.0, figures="")
        while True:
            try:
                bar.update(task, completed=next(reading))
            except StopIteration as end:
                spec: PointsSpec = end.value
                return spec
