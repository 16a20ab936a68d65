"""The opener: opens what a lesson needs in place of the learner's project, and puts that back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import projects
from flowviz.app.document.content import Loaded, prepare
from flowviz.app.document.document import Document
from flowviz.app.notices.notice import Notice
from flowviz.app.state.request import first_plan
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.session import Session
from flowviz.app.workspace.comparisons import Comparisons
from flowviz.files import Fingerprint
from flowviz.lessons import Opening
from flowviz.lessons.outset import opened_file
from flowviz.projects import Comparison, Project

LESSON = "lesson"  # topic of notices


@dataclass(frozen=True)
class Kept:
    """The learner's project, which no lesson touches.

    Attributes:
        project: The project.
        name: Its name.
        path: Its file. None if it was never saved.
        mark: Identifies the content of the file.
        is_changed: Whether it has unsaved changes.
    """

    project: Project
    name: str
    path: Path | None
    mark: Fingerprint | None
    is_changed: bool


class Opener(QObject):
    """Opens projects, comparisons and views of lessons.

    Attributes:
        kept: The learner's project while that of a lesson is shown instead.
    """

    taken_over = pyqtSignal()  # something else was opened meanwhile

    def __init__(
        self,
        document: Document[Project],
        session: Session,
        comparisons: Comparisons,
        show_one_dimension: Callable[[bool], object],
        post: Callable[[Notice], object],
        parent: QObject,
    ) -> None:
        """Prepare to open; `show_one_dimension` shows or hides the one-dimensional view, and `post` shows a notice."""
        super().__init__(parent)
        self._document, self._session, self._comparisons = document, session, comparisons
        self._show_one_dimension, self._worker = show_one_dimension, LatestWorker(post)
        self.failed = self._worker.failed  # with a Notice of why something cannot be opened
        self._is_opening = False
        self.kept: Kept | None = None
        self.opened: Opening | None = None  # what is shown; None if it is not from a lesson
        document.opened.connect(self._on_opened)

    def keep(self) -> None:
        """Keep the learner's project, unless one is kept already."""
        if self.kept is None:
            document = self._document
            self.kept = Kept(self._session.project(), document.name, document.path, document.mark, document.is_changed)

    def put_back(self) -> None:
        """Show the kept project again, as it was."""
        self._show_one_dimension(False)
        self._worker.drop()
        if (kept := self.kept) is not None:
            self._worker.ask(LESSON, partial(prepare, kept.project, kept.mark), partial(self._show_kept, kept))

    def leave_comparison(self, opening: Opening | None, then: Callable[[], object]) -> None:
        """Call `then`; where opening something would replace a comparison with unsaved changes, ask first."""
        path = opened_file(opening) if opening else None
        if path is not None and projects.is_comparison(path):
            self._comparisons.dialogs.leave(then)
        else:
            then()

    def open(self, opening: Opening, then: Callable[[], object]) -> None:
        """Open something, and call `then` when it is shown. Whatever is still being opened is forgotten."""
        self.opened = None
        self._worker.drop()
        self._show_one_dimension(opening.view == "one_dimension")
        path = opened_file(opening)
        if path is None and opening.view is not None:
            self._finish(opening, then)
        else:
            self._worker.ask(LESSON, partial(_load, path), partial(self._take_loaded, opening, then))

    def close(self) -> None:
        """End the background thread."""
        self._worker.close()

    def _take_loaded(self, opening: Opening, then: Callable[[], object], loaded: Loaded[Any]) -> None:
        if isinstance(loaded.work, Comparison):
            self._comparisons.document.show(loaded)
        else:
            self._show(loaded)
        self._finish(opening, then)

    def _show_kept(self, kept: Kept, loaded: Loaded[Project]) -> None:
        self.kept = self.opened = None
        self._show(loaded, kept.path, changed=kept.is_changed)

    def _show(self, loaded: Loaded[Project], path: Path | None = None, *, changed: bool = False) -> None:
        self._is_opening = True
        self._document.show(loaded, path, changed=changed)
        self._is_opening = False

    def _finish(self, opening: Opening, then: Callable[[], object]) -> None:
        self.opened = opening
        then()

    def _on_opened(self) -> None:
        if not self._is_opening and self.kept is not None:
            self.kept = self.opened = None
            self._worker.drop()
            self._show_one_dimension(False)
            self.taken_over.emit()


def _load(path: Path | None) -> Loaded[Any]:
    """Read a project or a comparison, or create a new project if there is no file."""
    if path is None:
        plan = first_plan()
        return prepare(Project.untrained(plan.target, plan.flow, plan.training))
    return prepare(projects.load_comparison(path) if projects.is_comparison(path) else projects.load_project(path))
