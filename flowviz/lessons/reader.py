"""The reading of lesson files. Errors name the file, the line and the key."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from flowviz.errors import FileError, FlowvizError, SpecError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import content_of
from flowviz.lessons.lesson import COMPARISONS, FORMAT, Condition, Lesson, Opening, Prediction, Step
from flowviz.lessons.lines import KeyPath, key_lines, line_of
from flowviz.lessons.observations import OBSERVATIONS
from flowviz.lessons.setup import Setup
from flowviz.projects.gallery import SENTENCES
from flowviz.specs.spec import Spec

LESSON_SUFFIX = ".toml"
MAX_BYTES = 256 * 1024
MAX_PICTURE_BYTES, MAX_PICTURE_SIDE = 5_000_000, 4096  # bytes; pixels
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")

OPENING_KEYS = tuple(Opening.model_fields)
LESSON_KEYS = ("format", "title", "summary", "minutes", "learned", *OPENING_KEYS, "step")
STEP_KEYS = ("title", "text", "picture", "alt", "setup", "action", "condition", "done", "predict", "place")
SETUP_KEYS = (*Setup.model_fields, *OPENING_KEYS)
TESTS = tuple(dict.fromkeys(name for names in COMPARISONS.values() for name in names))

S = TypeVar("S", bound=Spec)


def read_lesson(path: Path) -> Lesson:
    """Read a lesson from a TOML file.

    Args:
        path: The file. Pictures and projects are in its folder.

    Raises:
        FileError: If the file cannot be read or is no lesson. The message names the line and the key.
    """
    text = _text_of(path)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number with too many digits; lists that are nested too deeply
        raise FileError(f"{path}{_toml_problem(error, text)}") from error
    try:
        return _lesson(values, path)
    except SpecError as error:
        raise FileError(problem_at(error.place, path, error)) from error


def is_lesson(path: Path) -> bool:
    """Return whether a file is meant as a lesson, by its suffix."""
    return path.suffix.lower() == LESSON_SUFFIX


def _text_of(path: Path) -> str:
    try:
        return content_of(path, MAX_BYTES).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not a lesson: it is not a text file in UTF-8.") from error


def _toml_problem(error: Exception, text: str) -> str:
    """Return where and why a text is not TOML, to follow the name of its file."""
    words, _, where = str(error).partition(" (at ")
    line = where.removeprefix("line ").partition(",")[0]
    if isinstance(error, RecursionError):
        return ": Its lists are nested too deeply."
    if not isinstance(error, tomllib.TOMLDecodeError):
        return ": A number has too many digits."
    number = int(line) if line.isdigit() else max(text.rstrip().count("\n") + 1, 1)
    return f", line {number}: This is not valid TOML: {words[:1].lower()}{words[1:]}."


def problem_at(place: KeyPath, path: Path, problem: object) -> str:
    """Return a problem in a lesson after the name of the file, the line and the key."""
    return f"{path}, line {line_of(place, key_lines(_text_of(path)))}, {_words(place)}{problem}"


def _words(place: KeyPath) -> str:
    """Return the words for a place that precede a sentence, such as "step 2, condition.observe: "."""
    if place[:1] == ("step",) and len(place) > 1:
        number, *inner = place[1:]
        parts = [f"step {int(number) + 1}", ".".join(_part(key) for key in inner)]
    else:
        parts = [".".join(_part(key) for key in place)]
    words = ", ".join(filter(None, parts))
    return f"{words}: " if words else ""


def _part(key: int | str) -> str:
    return str(key + 1) if isinstance(key, int) else key


def _lesson(values: Mapping[str, Any], path: Path) -> Lesson:
    if values.get("format") != FORMAT:
        found = f", not {values['format']!r}" if "format" in values else ""
        raise SpecError(f"A lesson begins with the line format = {FORMAT}{found}.", ("format",))
    steps = _keyed(values, LESSON_KEYS, "A lesson", ()).get("step", [])
    if not isinstance(steps, list) or not steps:
        raise SpecError("A lesson has steps, each of which begins with the line [[step]].", ("step",))
    given = {
        **{key: values[key] for key in ("title", "summary", "minutes", "learned") if key in values},
        "path": path,
        "opening": _opening(values, path.parent, ()),
        "steps": tuple(_step(step, path.parent, ("step", number)) for number, step in enumerate(steps)),
    }
    return _built(Lesson, given, ())


def _step(values: Any, folder: Path, place: KeyPath) -> Step:
    given = {**_keyed(values, STEP_KEYS, "A step", place)}
    setup = _keyed(given.pop("setup", {}), SETUP_KEYS, "A setup", (*place, "setup"))
    own = {key: value for key, value in setup.items() if key not in OPENING_KEYS}
    if "picture" in given:
        given["picture"] = _picture(given["picture"], folder, (*place, "picture"))
    if "predict" in given:
        predict = _keyed(given["predict"], tuple(Prediction.model_fields), "A prediction", (*place, "predict"))
        given["predict"] = _built(Prediction, predict, (*place, "predict"))
    if "condition" in given:
        given["conditions"] = _conditions(given.pop("condition"), (*place, "condition"))
    given["opening"] = _opening(setup, folder, (*place, "setup"))
    given["setup"] = _built(Setup, own, (*place, "setup"))
    return _built(Step, given, place)


def _conditions(values: Any, place: KeyPath) -> tuple[Condition, ...]:
    if not isinstance(values, list):
        return (_condition(values, place),)
    if not values:
        raise SpecError("A list of conditions contains at least one.", place)
    return tuple(_condition(each, (*place, number)) for number, each in enumerate(values))


def _condition(values: Any, place: KeyPath) -> Condition:
    tests = {**_keyed(values, ("observe", *TESTS), "A condition", place)}
    name = tests.pop("observe", None)
    if not isinstance(name, str) or name not in OBSERVATIONS:
        known = f" Did you mean {close!r}?" if (close := _closest(str(name), OBSERVATIONS)) else ""
        problem = f"There is no observation named {name!r}." if name is not None else "A condition observes something."
        raise SpecError(f"{problem}{known} flowviz lesson observations lists all.", (*place, "observe"))
    if len(tests) != 1:
        raise SpecError(f"A condition has one comparison, one of {', '.join(TESTS)}.", place)
    [(test, value)] = tests.items()
    try:
        return Condition(observe=name, comparison=test, value=value)
    except SpecError as error:
        raise SpecError(str(error), (*place, test)) from error


def _opening(values: Mapping[str, Any], folder: Path, place: KeyPath) -> Opening:
    given = {key: values[key] for key in OPENING_KEYS if key in values}
    for key in ("project", "comparison"):
        if key in given:
            given[key] = _file_beside(given[key], folder, (PROJECT_SUFFIX,), (*place, key))
    opening = _built(Opening, given, place)
    if opening.gallery is not None and opening.gallery not in SENTENCES:
        raise SpecError(f"The gallery has no example named {opening.gallery!r}.", (*place, "gallery"))
    return opening


def _picture(value: Any, folder: Path, place: KeyPath) -> Path:
    path = _file_beside(value, folder, PICTURE_SUFFIXES, place)
    from PIL import Image  # imported here because the window starts without it

    try:
        content_of(path, MAX_PICTURE_BYTES)
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            size = picture.size
            if max(size) <= MAX_PICTURE_SIDE:
                picture.load()  # a worksheet decodes it as well
    except FlowvizError as error:
        raise SpecError(str(error), place) from error
    except Exception as error:  # Pillow raises errors of many kinds for damaged files
        raise SpecError(f"{path.name} is not a PNG or JPEG picture, or it is damaged.", place) from error
    if max(size) > MAX_PICTURE_SIDE:
        raise SpecError(f"{path.name} is too large. Its sides can have up to {MAX_PICTURE_SIDE:,} pixels.", place)
    return path


def _file_beside(value: Any, folder: Path, suffixes: tuple[str, ...], place: KeyPath) -> Path:
    """Return the path of a file in the folder of a lesson, or in a folder inside it."""
    if not isinstance(value, str) or not value.isprintable():
        raise SpecError("Give the name of a file in quotation marks.", place)
    if not value.lower().endswith(suffixes):
        raise SpecError(f"{value!r} must end in {' or '.join(suffixes)}.", place)
    path = folder / value
    try:
        is_inside = path.resolve().is_relative_to(folder.resolve())
        exists = path.is_file()
    except (OSError, RuntimeError, ValueError):
        is_inside, exists = True, False
    if not is_inside:
        raise SpecError(f"{value!r} is outside the folder of the lesson. Copy it there.", place)
    if not exists:
        raise SpecError(f"There is no file {value!r} in the folder of the lesson.", place)
    return path


def _closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most similar to another one. None if none is."""
    from difflib import get_close_matches  # for errors alone

    return next(iter(get_close_matches(word, list(known), 1)), None)


def _keyed(values: Any, known: tuple[str, ...], noun: str, place: KeyPath) -> dict[str, Any]:
    """Return a table of values after checking that all of its keys are known."""
    if not isinstance(values, dict):
        raise SpecError(f"{noun} has keys and values, not {values!r}."[:300], place)
    if unknown := next((key for key in values if key not in known), None):
        close = _closest(unknown, known)
        hint = f" Did you mean {close!r}?" if close else f" Its keys are {', '.join(known)}."
        raise SpecError(f"{noun} has no key {unknown!r}.{hint}", (*place, unknown))
    return values


def _built(kind: Callable[..., S], values: Mapping[str, Any], place: KeyPath) -> S:
    """Build a spec from values whose keys are known; errors name the whole place."""
    try:
        return kind(**values)
    except SpecError as error:
        raise SpecError(str(error), (*place, *_known(error.place, values))) from error


def _known(place: KeyPath, values: Any) -> KeyPath:
    """Return the part of a place that is in the values: pydantic adds names of types to it, and of missing keys."""
    if not place:
        return ()
    key, *rest = place
    is_known = isinstance(values, Mapping) and key in values
    is_item = isinstance(values, list | tuple) and isinstance(key, int) and key < len(values)
    return (key, *_known(tuple(rest), values[key])) if is_known or is_item else ()
