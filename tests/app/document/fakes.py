"""Stand-ins for the content of a document and the background thread, so that documents are tested without a window."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import projects
from flowviz.app.document.content import Content, project_content
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.session import Session
from flowviz.projects import Comparison, Project
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits


def untrained(text: str) -> Project:
    """Return an untrained project whose target is a text."""
    return Project.untrained(TextSpec(text=text), FlowSpec(), TrainingSpec(steps=1))


class FakeSession(QObject):
    """Session whose project is a text that the test types."""

    changed = pyqtSignal()

    def __init__(self, text: str = "Mine") -> None:
        super().__init__()
        self._project = untrained(text)
        self.edits_to_come: Edits | None = None  # requested ones that are not yet computed

    @property
    def text(self) -> str:
        return self._project.target.title

    @property
    def trained_title(self) -> str:
        return self.text

    def type(self, text: str) -> None:
        """Change the target, as the user does."""
        self._project = replace(self._project, target=TextSpec(text=text))
        self.changed.emit()

    @property
    def work(self) -> "FakeSession":
        return self

    def project(self) -> Project:
        return self._project

    def complete(self) -> Callable[[], Project]:
        edits = self._project.edits if self.edits_to_come is None else self.edits_to_come
        return partial(self._project.with_edits, edits)

    def content(self) -> tuple[object, ...]:
        return (self.text,)

    def all_edits(self) -> tuple[object, ...]:
        return self.content()

    def show_project(self, project: Project, _: object = None) -> str:
        self._project = project
        return ""


def content_of(session: FakeSession, word: str) -> Content[Any]:
    """Return the project of a session, or a comparison whose only entrant it is, as the content of a document."""
    if word == "project":
        return project_content(cast("Session", session))
    return Content(
        word,
        session.changed,
        lambda: session.text,
        session.content,
        session.all_edits,
        lambda: comparison_of(session.project()),
        lambda: partial(comparison_of, session.complete()()),
        lambda loaded: session.show_project(loaded.work["a"]),
        lambda path: projects.load_comparison(path),
        lambda comparison, path: projects.save_comparison(comparison, path),
    )


def comparison_of(project: Project) -> Comparison:
    """Return a comparison with one entrant."""
    return Comparison({"a": project})


def project_in(path: Path) -> Project:
    """Return the project of a file, or the entrant of a comparison."""
    is_comparison = projects.is_comparison(path)
    return projects.load_comparison(path)["a"] if is_comparison else projects.load_project(path)


class InlineWorker(LatestWorker):
    """Worker that answers at once, in the thread of the caller."""

    def ask(self, topic: str, compute: Callable[[], Any], on_result: Callable[[Any], object]) -> None:
        on_result(compute())
