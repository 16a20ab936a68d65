"""The export that the options of `render` ask for."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from flowviz.cli import options
from flowviz.cli.spec_options import Given, parsed
from flowviz.errors import SpecError
from flowviz.exporting.commands import default_format, said_by_name
from flowviz.file_kinds import EXPORTED, listed
from flowviz.specs import ExportSpec, PictureSize, Playback, Seen
from flowviz.specs.export import effects
from flowviz.specs.export_kinds import FILMS, FORMATS, What
from flowviz.specs.fields import checked, fields_of, with_values
from flowviz.specs.playback import STEP_SECONDS
from flowviz.specs.view import PAPER_DPI, USUAL_DPI

OVERVIEW = "overview"
FIELDS = fields_of(ExportSpec)
OF_FIELD = {"speed": "in_betweens", "select": "color_by"}  # options that are no fields, and what they affect
BESIDE = "--beside requires density, grid or velocity, and also points or paths. Choose them with --view."


def requested_export(name: str, given: Given, seen: Seen, file: Mapping[str, Any]) -> ExportSpec:
    """Return the export that options ask for.

    Args:
        name: The file or folder to write. It implies what to export, unless options or the file say it.
        given: The options.
        seen: What is seen unless options or the file say otherwise.
        file: The values in a file of `--spec`.

    Raises:
        SpecError: If the options do not go together, or one of them has no effect.
    """
    base = ExportSpec(**{"seen": seen, **_with_format(file)})
    what = _what(name, given, base, file.get("what"))
    format_ = given.get("format") or file.get("format") or default_format(what, Path(name))
    values = {**_values(given, base, what), "what": what, "format": format_, "overview": False}
    spec = checked(with_values(base, values))
    _check_idle(spec, given, values)
    return spec


def requested_figure(name: str, given: Given, file: Mapping[str, Any]) -> ExportSpec:
    """Return the export of a comparison that options ask for. Raises as `requested_export` does."""
    said = given.get("what", file.get("what", said_by_name(Path(name))[0]))
    spec = requested_export(name, {**given, "what": "sheet"} if said == "view" else given, Seen(), file)
    if spec.what not in {"sheet", "animation", "page"}:
        raise SpecError(f"A comparison has no {spec.what}. Choose one of its flows with --entrant.")
    return spec


def _with_format(file: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values with a format that goes with what is exported."""
    formats = (FORMATS[what][0] for what in FORMATS if what == file.get("what", "view"))
    return {"format": next(formats, "png"), **file}


def _what(name: str, given: Given, base: ExportSpec, in_file: What | None) -> What:
    """Return what is exported, by the options, the file, or the name of the output."""
    asked: What | None = given.get("what", in_file)
    if OVERVIEW in _words(given):
        if asked not in {None, "sheet"}:
            raise SpecError("The overview shows all stages in one picture. Use it with --what sheet.")
        return "sheet"
    if asked is not None:
        return asked
    said = "stages" if _is_folder(name) else said_by_name(Path(name))[0]
    if said is None:
        raise SpecError(_unsaid(Path(name)))
    if said == "stages" and "fps" in given:
        return "frames"
    return "sheet" if said == "view" and base.seen.overview and "marks" not in given else said


def _is_folder(name: str) -> bool:
    """Return whether an output exists as a folder, or ends in a slash, whatever its suffix."""
    if name.endswith(("/", os.sep)):
        return True
    with suppress(OSError):  # the name is too long for any file
        return Path(name).suffix.lower() not in EXPORTED and Path(name).is_dir()
    return False


def _unsaid(output: Path) -> str:
    """Return why the name of an output does not imply what to export."""
    if output.suffix.lower() in EXPORTED:
        kinds = [what for what in FORMATS if output.suffix.lower().removeprefix(".") in FORMATS[what]]
        return f"The name {output} does not determine what to export. Give --what {listed(kinds)}."
    return (
        f"Files ending in {output.suffix} cannot be exported. Choose from {', '.join(EXPORTED)}, "
        "or add / to the name of a folder."
    )


def _values(given: Given, base: ExportSpec, what: What) -> dict[str, Any]:
    """Return the fields that options give, and those that follow from them."""
    fields = {name: value for name, value in given.items() if name in FIELDS}
    fields |= _stages(fields, what) | _marks(fields, base, what)
    if fields.get("stage") is None:
        fields.pop("stage", None)
    if "size" in fields:
        if fields["size"].strip().endswith("cm") and base.dpi == USUAL_DPI:
            fields.setdefault("dpi", PAPER_DPI)
        fields["size"] = PictureSize.parse(fields["size"], fields.get("dpi", base.dpi))
    if "particles" in fields:
        options.checked_count(fields["particles"])
    if "speed" in given:
        fields["in_betweens"] = _in_betweens(given, base)
    if {"center", "half_extent"} <= fields.keys():
        fields.setdefault("fitted", False)
    return parsed(ExportSpec, fields)


def _stages(given: Given, what: What) -> dict[str, Any]:
    """Return the range of stages that `--stage` gives, such as 3-9, or 3 where each stage is a picture."""
    match = re.fullmatch(r"\s*(\d{1,3})(?:-(\d{1,3}))?\s*", given.get("stage", ""))
    if match is None or (match[2] is None and what != "stages"):
        return {}
    if given.keys() & {"first", "last"}:
        raise SpecError("Give either --stage or --first and --last.")
    return {"first": int(match[1]), "last": int(match[2] or match[1]), "stage": None}


def _marks(given: Given, base: ExportSpec, what: What) -> dict[str, Any]:
    """Return the marks where they are not as given: in a sheet, overview is no mark, and there is no density."""
    marks = base.seen.view.marks
    if "marks" in given:
        marks = FIELDS["marks"].parse(",".join(_words(given) - {OVERVIEW}) or "points")
    elif what == "sheet":
        marks = marks - {"density"} or frozenset({"points"})
    if given.get("beside") and what != "sheet" and not base.seen.view.model_copy(update={"marks": marks}).has_two_sides:
        raise SpecError(BESIDE)
    return {"marks": marks}


def _words(given: Given) -> set[str]:
    return {word.strip() for word in given["marks"].split(",")} if "marks" in given else set()


def _in_betweens(given: Given, base: ExportSpec) -> int:
    """Return the number of frames with which a step takes as long as in the window at a speed."""
    if "in_betweens" in given:
        raise SpecError("Give either --in-betweens or --speed.")
    speed = Playback(speed=given["speed"]).speed
    fps: int = given.get("fps", base.fps)
    return max(0, round(fps * STEP_SECONDS / speed) - 1)


def _check_idle(spec: ExportSpec, given: Given, values: Mapping[str, Any]) -> None:
    """Raise `SpecError` if an option has no effect, which is a mistake."""
    affecting = effects(spec) | ({"fps"} if spec.what in FILMS else set())
    for name in given:
        field = FIELDS["first" if name == "stage" and name not in values else OF_FIELD.get(name, name)]
        if field.name not in affecting:
            option = name if name in OF_FIELD else FIELDS[name].option_name
            raise SpecError(f"--{option} {_idle(spec, field.option.kinds)} Leave it out.")


def _idle(spec: ExportSpec, kinds: frozenset[What]) -> str:
    if spec.what not in kinds:
        return f"applies to {', '.join(kind for kind in FORMATS if kind in kinds)}, not to {spec.what}."
    if spec.what not in FILMS:
        return f"has no effect on this export of {spec.what} as {spec.format.upper()}."
    return "has no effect on this kind of playback."
