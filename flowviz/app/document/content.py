"""The content of a document: how a project or a comparison is shown, read, written and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PyQt6.QtCore import pyqtBoundSignal

from flowviz import projects
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.session import Session
from flowviz.files import Fingerprint
from flowviz.projects import Comparison, Project

Work = TypeVar("Work", bound=Project | Comparison)


@dataclass(frozen=True)
class Loaded(Generic[Work]):
    """Work that is ready to be shown.

    Attributes:
        work: The project or the comparison.
        target: The target of a project, or a sentence where it cannot be built. None for a comparison, whose targets
            are built while it is shown.
        mark: Identifies the content of the file.
        is_beside: Whether the first entrant of a comparison is the flow of the window, whose training goes on.
    """

    work: Work
    target: BuiltTarget | str | None = None
    mark: Fingerprint | None = None
    is_beside: bool = False


def prepare(work: Work, mark: Fingerprint | None = None) -> Loaded[Work]:
    """Do the slow part of showing work. Large targets need a background thread."""
    if isinstance(work, Project):
        work.trace.measure()
        return Loaded(work, build_or_explain(work.target), mark)
    for project in work.projects.values():
        project.trace.measure()
    return Loaded(work, None, mark)


@dataclass(frozen=True)
class Content(Generic[Work]):
    """The functions that a document needs to know what it contains.

    Attributes:
        word: "project" or "comparison".
        changed: Signal for changes of anything below.
        title: Returns the name of work without a file.
        state: Returns a value that changes whenever there is something new to save.
        edits: Returns a value that changes with every edit, but not while a training runs.
        present: Returns the work.
        complete: Returns a function that returns the present work with everything that was requested. It may take
            seconds, so call it in the background.
        show: Shows other work, and returns what could not be restored, if anything.
        read: Reads a file.
        write: Writes a file.
    """

    word: str
    changed: pyqtBoundSignal
    title: Callable[[], str]
    state: Callable[[], object]
    edits: Callable[[], object]
    present: Callable[[], Work]
    complete: Callable[[], Callable[[], Work]]
    show: Callable[[Loaded[Work]], str | None]
    read: Callable[[Path], Work]
    write: Callable[[Work, Path], object]


def project_content(session: Session) -> Content[Project]:
    """Return the project of a session as the content of a document."""
    return Content(
        "project",
        session.changed,
        lambda: session.trained_title,
        lambda: session.work.content(),
        lambda: session.work.all_edits(),
        session.project,
        lambda: session.work.complete(),
        lambda loaded: session.show_project(loaded.work, loaded.target),
        lambda path: projects.load_project(path),
        lambda project, path: projects.save_project(project, path),
    )
