"""What the options of `looking` ask for, as a spec."""

import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, get_args

from flowviz.cli import options
from flowviz.cli.looking import OVERVIEW, Given
from flowviz.errors import SpecError
from flowviz.exporting.repeat import NONE, default_format, said_by_name
from flowviz.file_kinds import EXPORTED
from flowviz.specs import ExportSpec, PictureSize, Playback, Seen, Spec, ViewSpec
from flowviz.specs.effects import EFFECTS, effects
from flowviz.specs.export import FILMS, FRAMES_PER_SECOND, What
from flowviz.specs.playback import STEP_SECONDS
from flowviz.specs.view import USUAL_DPI, Mark

LATEST = "latest"
EFFECT: Mapping[str, str] = {  # of an option, where it is not called the same
    "view": "marks", "first": "range", "last": "range", "center": "fitted", "half_extent": "fitted", "fit": "fitted",
    "speed": "in_betweens", "select": "selection",
}  # fmt: skip
BESIDE = "With --beside, density or grid stand beside points or paths. Choose some of both with --view."


def export_spec(output: Path, given: Given, base: Seen) -> ExportSpec:
    """What the options ask for; what is not given is as `base` has it, or as usual. Raises `SpecError`."""
    what = _what(output, given, base)
    seen = {
        **dict(base),
        **_looks(given, what),
        "view": _view(given, base.view, what),
        "playback": Playback(**_fields(Playback, base.playback, given)),
        "overview": False,
    }
    format_ = given.get("format") or default_format(what, output)
    spec = ExportSpec(what=what, format=format_, seen=Seen(**seen), **_written(given, what))
    _check_idle(spec, given)
    return spec


def at_stage(text: str, count: int, name: str, form: str) -> tuple[int, tuple[float, ...]]:
    """A stage, and so many numbers there. Raises `SpecError`."""
    stage, _, numbers = text.partition(":")
    if not re.fullmatch(r"\s*\d{1,3}\s*", stage) or (found := _parsed(numbers, count)) is None:
        raise SpecError(f"The {name} {text!r} is not of the form {form}.")
    return int(stage), found


def _what(output: Path, given: Given, base: Seen) -> What:
    """What is written: as it is given, or as the view and the name of the output say."""
    asked: What | None = given.get("what")
    if OVERVIEW in _words(given):
        if asked not in {None, "sheet"}:
            raise SpecError("With overview all stages are in one picture, which is --what sheet.")
        return "sheet"
    if asked is not None:
        return asked
    said, _ = said_by_name(output)
    if said is None:
        raise SpecError(_unsaid(output))
    if said == "stages" and "fps" in given:
        return "frames"
    return "sheet" if said == "view" and base.overview and "view" not in given else said


def _unsaid(output: Path) -> str:
    """Why the name of an output does not say what to write."""
    if output.suffix.lower() in EXPORTED:
        return f"{output} does not say what to write. Give --what as well: trace, samples, density or losses."
    return f"{output.suffix} files cannot be written. Choose from {', '.join(EXPORTED)}, or name a folder."


def _view(given: Given, base: ViewSpec, what: What) -> ViewSpec:
    """How it is drawn."""
    fields = _fields(ViewSpec, base, given)
    if "view" in given:
        fields["marks"] = _marks(given)
    elif what == "sheet":  # as the window shows all stages at once
        fields["marks"] = base.marks - {"density"} or frozenset({"points"})
    if "center" in given:
        fields["center"] = _numbers(given["center"], 2, "center", "X,Y")
    if given.get("beside"):
        _check_beside(what, fields["marks"])
    return ViewSpec(**fields)


def _looks(given: Given, what: What) -> dict[str, Any]:
    """The plain fields of what is seen."""
    found = {"direction": given["direction"]} if "direction" in given else dict[str, Any]()
    stage = _stages(given)
    if stage is not None and not _names_range(given) and what != "stages":
        found["stage"] = stage[0]
    if "moment" in given:
        found["moment"] = _moment(given["moment"])
    if "probe" in given:
        found["probe"] = None if given["probe"] == NONE else at_stage(given["probe"], 2, "probe", "STAGE:X,Y")
    if {"center", "half_extent"} <= given.keys():
        found["fitted"] = False
    return found if "fit" not in given else {**found, "fitted": True}


def _written(given: Given, what: What) -> dict[str, Any]:
    """The fields of the spec itself."""
    found = {name: given[name] for name in ("scale", "dpi", "first", "last", "fps", "in_betweens") if name in given}
    if "size" in given:
        found["size"] = PictureSize.parse(given["size"], given.get("dpi", USUAL_DPI))
    if "particles" in given:
        found["particles"] = options.checked_count(given["particles"])
    if "speed" in given:
        found["in_betweens"] = _in_betweens(given)
    stages = _stages(given)
    if stages is not None and (_names_range(given) or what == "stages"):
        if found.keys() & {"first", "last"}:
            raise SpecError("Give either --stage or --first and --last.")
        found |= {"first": stages[0], "last": stages[-1]}
    return found


def _in_betweens(given: Given) -> int:
    """So many that a step takes as long as in the window at that speed."""
    if "in_betweens" in given:
        raise SpecError("Give either --in-betweens or --speed.")
    speed = Playback(speed=given["speed"]).speed
    fps: int = given.get("fps", FRAMES_PER_SECOND)
    return max(0, round(fps * STEP_SECONDS / speed) - 1)


def _moment(text: str) -> int | None:
    if text == LATEST:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise SpecError(f"The moment {text!r} is neither a step of the training, such as 500, nor {LATEST}.")
    return int(text)


def _stages(given: Given) -> range | None:
    """The stages of "7" or "0-19"; None, where none are named. Raises `SpecError`."""
    if "stage" not in given:
        return None
    match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", given["stage"].strip())
    if match is None or int(match[2] or match[1]) < int(match[1]):
        raise SpecError(f"The stage {given['stage']!r} is neither a number, such as 7, nor a range, such as 0-19.")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def _names_range(given: Given) -> bool:
    """Whether it is a range of stages, be it of one, such as 7-7, and not the stage that is seen."""
    return "-" in given.get("stage", "")


def _words(given: Given) -> set[str]:
    """What --view names. Raises `SpecError`."""
    words = {word.strip() for word in given["view"].split(",")} if "view" in given else set()
    unknown = sorted(words - {*get_args(Mark), OVERVIEW, NONE})
    if unknown:
        raise SpecError(f"The view {unknown[0]!r} is not known. Choose from {', '.join(get_args(Mark))}, {OVERVIEW}.")
    return words


def _marks(given: Given) -> frozenset[Any]:
    words = _words(given)
    return frozenset({"points"} if words == {OVERVIEW} else words - {OVERVIEW, NONE})


def _fields(kind: type[Spec], base: Spec, given: Given) -> dict[str, Any]:
    """The fields of the base, or as they are given."""
    return {**dict(base), **{name: value for name, value in given.items() if name in kind.model_fields}}


def _numbers(text: str, count: int, name: str, form: str) -> tuple[float, ...]:
    """So many finite numbers, separated by commas. Raises `SpecError`."""
    found = _parsed(text, count)
    if found is None:
        raise SpecError(f"The {name} {text!r} is not of the form {form}.")
    return found


def _parsed(text: str, count: int) -> tuple[float, ...] | None:
    """So many finite numbers, separated by commas; None where it is something else."""
    try:
        found = tuple(float(number) for number in text.split(","))
    except ValueError:
        return None
    return found if len(found) == count and all(map(isfinite, found)) else None


def _check_beside(what: What, marks: frozenset[Any]) -> None:
    if what == "sheet":
        raise SpecError("In a sheet nothing stands beside the points. Leave --beside out.")
    if not (marks & {"density", "grid"} and marks & {"points", "paths"}):
        raise SpecError(BESIDE)


def _check_idle(spec: ExportSpec, given: Given) -> None:
    """An option that would do nothing is a mistake. Raises `SpecError`."""
    stages = _stages(given)
    if spec.what == "sheet" and stages is not None and not _names_range(given):
        raise SpecError("A sheet shows all stages, or a range of them, such as 3-9.")
    renamed = {**EFFECT, "stage": "range" if stages is not None and spec.first is not None else "stage"}
    allowed = effects(spec) | {"what", "format", *({"fps"} if spec.what in FILMS else ())}
    for option in given:
        effect = renamed.get(option, option)
        if effect not in allowed:
            raise SpecError(f"--{option.replace('_', '-')} {_idle(effect, spec.what)} Leave it out.")


def _idle(effect: str, what: What) -> str:
    belonging = [each for each, found in EFFECTS.items() if effect in found]
    if what in belonging:
        return "makes no difference where one plays through the training."
    return f"belongs to {', '.join(belonging)}, not to {what}."
