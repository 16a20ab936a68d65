"""The lessons that come with flowviz."""

from pathlib import Path

from flowviz.errors import FileError
from flowviz.files import resource
from flowviz.lessons.lesson import Lesson, lesson_number
from flowviz.lessons.reader import LESSON_SUFFIX, is_lesson, read_lesson

ORDER = (
    "why_flows",
    "01_change_of_variables",
    "02_coupling",
    "03_why_permute",
    "04_log_det",
    "05_loss",
    "five_questions",
    "make_it_sharper",
    "06_batch_normalization",
    "07_nan",
    "08_bridges",
    "09_straight_paths",
    "10_which_flow",
    "11_two_words",
    "12_two_ways",
)  # those in between have no number, so that they renumber none


def shipped_lessons() -> list[Lesson]:
    """Return all installed lessons, in the order in which they build on one another."""
    return [read_lesson(path) for path in _files()]


def is_shipped(lesson: Lesson) -> bool:
    """Return whether a lesson comes with flowviz."""
    return lesson.path.parent == resource("lessons") and lesson.name in ORDER


def next_lesson(lesson: Lesson) -> Path | None:
    """Return the file of the lesson that follows on another one.

    Returns:
        The file. None after the last lesson, and after one that does not come with flowviz.
    """
    following = ORDER[ORDER.index(lesson.name) + 1 :] if is_shipped(lesson) else ()
    return _file(following[0]) if following else None


def lesson_file(name: str) -> Path:
    """Return the file of a lesson that comes with flowviz, or of one that is given by its path.

    Args:
        name: The name of a shipped lesson, such as "03_why_permute", its number, or the path of a file.

    Raises:
        FileError: If there is no such lesson.
    """
    files = _files()
    for path in files:
        if name == path.stem or (name.isdecimal() and int(name) == lesson_number(path.stem)):
            return path
    if is_lesson(Path(name)):
        return Path(name)
    names = ", ".join(path.stem for path in files)
    raise FileError(f"There is no lesson named {name!r}. Choose one of {names}; or give a file that ends in .toml.")


def _files() -> list[Path]:
    return [_file(name) for name in ORDER]


def _file(name: str) -> Path:
    return resource("lessons") / f"{name}{LESSON_SUFFIX}"
