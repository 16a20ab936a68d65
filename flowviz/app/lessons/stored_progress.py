"""The learner's progress in lessons, which the settings keep."""

from hashlib import sha256

from flowviz.app.desktop.settings import settings
from flowviz.lessons import Lesson
from flowviz.lessons.progress import Progress
from flowviz.lessons.shipped import is_shipped


def stored_progress(lesson: Lesson) -> Progress:
    """Return the stored progress in a lesson; a lesson that was never begun is at its first step."""
    return Progress.parse(settings().value(_key(lesson))).within(lesson)


def store_progress(lesson: Lesson, progress: Progress) -> None:
    """Keep the progress in a lesson for the next start."""
    settings().setValue(_key(lesson), progress.text())


def _key(lesson: Lesson) -> str:
    """Return the key of a lesson: its name if it comes with flowviz, or else one that follows from its path."""
    digest = sha256(str(lesson.path.absolute()).encode()).hexdigest()
    return f"lessons/{lesson.name if is_shipped(lesson) else digest[:16]}"
