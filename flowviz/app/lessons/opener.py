"""The opener: opens what a lesson needs in place of the learner's project, and puts that back."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import projects
from flowviz.app.comparison.comparisons import Comparisons
from flowviz.app.document.document import Document, LoadedProject, prepare
from flowviz.app.session.session import Session
from flowviz.app.state.request import first_plan
from flowviz.app.threads.latest import LatestWorker
from flowviz.files import Fingerprint
from flowviz.lessons import Opening
from flowviz.projects import Project, example

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

    failed = pyqtSignal(object)  # Notice of why something cannot be opened
    taken_over = pyqtSignal()  # something else was opened meanwhile
    one_dimension_requested = pyqtSignal(bool)  # whether to show the one-dimensional view

    def __init__(self, document: Document, session: Session, comparisons: Comparisons, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._session, self._comparisons = document, session, comparisons
        self._worker = LatestWorker()
        self._worker.failed.connect(self.failed)
        self._is_opening = False
        self._then: Callable[[], object] | None = None
        self._is_connected = False  # to the page of comparisons, which is created late
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
        kept, self.kept, self.opened, self._then = self.kept, None, None, None
        self.one_dimension_requested.emit(False)
        self._worker.drop()
        if kept is not None:
            self._show(prepare(kept.project, kept.mark), kept.path, changed=kept.is_changed)

    def open(self, opening: Opening, then: Callable[[], object]) -> None:
        """Open something, and call `then` when it is shown. What is still being opened is forgotten."""
        self.opened, self._then = None, None
        self._worker.drop()
        path = opening.project or opening.comparison or (example(opening.gallery).path if opening.gallery else None)
        self.one_dimension_requested.emit(opening.view == "one_dimension")
        finish = partial(self._finish, opening, then)
        if path is None:
            if opening.view is None:
                plan = first_plan()
                self._show(prepare(Project.untrained(plan.target, plan.flow, plan.training)))
            finish()
        elif projects.is_comparison(path):
            self._open_comparison(path, finish)
        else:
            self._worker.ask(LESSON, lambda: prepare(projects.load_project(path)), partial(self._take_read, finish))

    def close(self) -> None:
        """End the background thread."""
        self._worker.close()

    def _open_comparison(self, path: Path, finish: Callable[[], object]) -> None:
        self._then = finish
        self._comparisons.open(path, is_copy=True)
        file = self._comparisons.file
        if file is not None and not self._is_connected:
            self._is_connected = True
            file.opened.connect(self._take_comparison)

    def _take_comparison(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def _take_read(self, finish: Callable[[], object], loaded: LoadedProject) -> None:
        self._show(loaded)
        finish()

    def _show(self, loaded: LoadedProject, path: Path | None = None, *, changed: bool = False) -> None:
        self._is_opening = True
        self._document.show(loaded, path, changed=changed)
        self._is_opening = False

    def _finish(self, opening: Opening, then: Callable[[], object]) -> None:
        self.opened = opening
        then()

    def _on_opened(self) -> None:
        if not self._is_opening and self.kept is not None:
            self.kept = self.opened = None
            self.one_dimension_requested.emit(False)
            self.taken_over.emit()
