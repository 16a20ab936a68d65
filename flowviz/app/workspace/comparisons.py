"""The comparisons of a window, which show several flows in place of one."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QMainWindow

from flowviz import projects
from flowviz.app.desktop.existing import existing
from flowviz.app.document.content import Content, Loaded
from flowviz.app.document.dialogs import DocumentDialogs
from flowviz.app.document.document import Document
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import shown_theme
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import (
    UNTITLED,
    Compared,
    ComparedState,
    comparison_of,
    complete,
    edits_of,
    free_name,
    state_of,
)
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.grid import PaneGrid
from flowviz.app.workspace.joining import name_of, trainable
from flowviz.app.workspace.links import Links, LinksState
from flowviz.app.workspace.return_bar import ReturnBar
from flowviz.lessons import is_lesson
from flowviz.projects import Comparison, Project

if TYPE_CHECKING:
    from flowviz.app.export.exported_comparison import ExportedComparison
    from flowviz.app.training.session import Session
    from flowviz.app.workspace.controller import ComparisonController
    from flowviz.app.workspace.surroundings import Surroundings
    from flowviz.app.workspace.workbench import Workbench


class Comparisons(QObject):
    """Shows several flows in place of one. The parts that only comparisons need are created when one is first shown.

    Attributes:
        compared: The entrants.
        links: What their panes share.
        around: The parts of the window that comparisons share with it.
        grid: The panes, one of which contains the cloud of the window.
        document: The comparison and its file.
        dialogs: The dialogs of the document.
        return_bar: A bar that leads back to the comparison, for a place above the cloud.
    """

    changed = pyqtSignal(bool)  # whether it is shown

    def __init__(
        self,
        window: QMainWindow,
        cloud: CloudView,
        view: ViewState,
        recent: RecentFiles,
        post: Callable[[Notice], object],
        prepare: Callable[[bool], object],
    ) -> None:
        """Prepare to show comparisons.

        Args:
            window: The main window.
            cloud: Its cloud, which becomes that of the selected flow.
            view: Its view, which all flows share.
            recent: The files that were opened or saved recently.
            post: Shows a notice.
            prepare: Called with whether the comparison or the flow of the window is about to be shown.
        """
        super().__init__(window)
        self._window, self._cloud, self._view, self._prepare = window, cloud, view, prepare
        self.around: Surroundings  # is set once the window has all of its parts
        self.compared, self.links = ComparedState(Compared(), self), LinksState(Links(), self)
        self.return_bar = ReturnBar(self.compared, self.enter)
        self.grid = PaneGrid(
            cloud, self.compared, self.links, view, self._open, lambda name: self.workbench.controller.remove(name)
        )
        self.document = Document(self._content(), recent, post, self)
        self.dialogs = DocumentDialogs(self.document, window)
        view.observe(lambda value: value.selection, lambda _: self.document.update())

    @property
    def is_shown(self) -> bool:
        """Return whether several flows are shown."""
        return self.compared.value.is_shown

    @property
    def trainings(self) -> "Session | ComparisonController":
        """Return the controller of the trainings that are shown: the session, or that of a comparison."""
        return self.workbench.controller if self.is_shown else self.around.session

    def take_project(self, path: Path) -> None:
        """Add the flow of a project file to the comparison that is shown, or open the file, which may be a lesson."""
        if not self.is_shown or is_lesson(path) or projects.is_comparison(path):
            self.around.documents.open(path)
        else:
            self.workbench.adding.add_file(path)

    def choose(self, *, trains: bool = False) -> None:
        """Ask what to compare, and begin to train it if `trains`; or return to the comparison that was left."""
        if self.compared.value.runs:
            self.enter()
        else:
            self.choose_another(trains=trains)

    def choose_another(self, *, trains: bool = False) -> None:
        """Ask what to compare, and begin to train it if `trains`; before that, ask about unsaved changes."""
        self.dialogs.leave(partial(self._ask, trains=trains))

    def _ask(self, *, trains: bool) -> None:
        from flowviz.app.workspace.dialog import ComparisonDialog

        begin = partial(self.show, trains=trains)
        dialog = ComparisonDialog(self.around.session.project(), Path.home(), self._window, begin, trains=trains)
        dialog.open()

    def add_beside(self) -> None:
        """Add an untrained copy of the flow that is shown beside it. A running training goes on."""
        if self.is_shown:
            self.workbench.adding.add_copy()
        else:
            self.dialogs.leave(self._begin_beside)

    def _begin_beside(self) -> None:
        work = self.around.session.shown
        project, plan = replace(work.trained_project(), next=None), work.request.plan
        name = name_of(project)
        copy = Project.untrained(plan.target, trainable(plan.flow), plan.training)
        project = replace(project, training=project.training.with_budget(plan.training))
        comparison = Comparison({name: project, free_name(name_of(copy), [name]): copy})
        self.document.show(Loaded(comparison, is_beside=True), changed=True)

    def export_source(self) -> "ExportedComparison":
        """Return the comparison, to be exported."""
        from flowviz.app.export.exported_comparison import ExportedComparison

        document, comparison = self.document, comparison_of(self._present)
        is_saved = document.path is not None and not document.is_changed
        return ExportedComparison(document.name, document.path, is_saved, comparison, shown_theme())

    def show(self, comparison: Comparison, *, trains: bool = False) -> None:
        """Show another comparison, which has no file, and begin to train it if `trains`."""
        self.document.show(Loaded(comparison))
        if trains:
            self.workbench.controller.begin()

    def enter(self, comparison: Comparison | None = None, *, is_beside: bool = False) -> None:
        """Show a comparison, by default the one that was left. The training of the flow of the window pauses.

        Args:
            comparison: The comparison. None for the one that was left.
            is_beside: Whether its first entrant is the flow of the window, whose training goes on.
        """
        self._prepare(True)
        self.return_bar.hide()
        workbench = self.workbench
        if comparison is not None and is_beside:
            workbench.show_beside(comparison)
        elif comparison is not None or not self.is_shown:
            workbench.show(comparison)
        self._cloud.setFocus()
        self.changed.emit(True)

    def leave(self) -> None:
        """Return to the flow of the window. The comparison is kept, and its training pauses."""
        if not self.is_shown:
            return
        self.compared.set(self._present)
        self._prepare(False)
        self.workbench.leave()
        self.return_bar.show_entrant("")
        self.return_bar.show()
        self.changed.emit(False)

    def picture(self) -> QImage | None:
        """Return the picture of all panes. None if there is only one."""
        return self.grid.grab().toImage() if self.is_shown else None

    def close(self) -> None:
        """End all work."""
        if "workbench" in vars(self):  # else it would be created now
            self.workbench.close()

    @property
    def _present(self) -> Compared:
        """Return the entrants with their latest view, which is that of the window while they are shown."""
        return replace(self.compared.value, view=self._view.value) if self.is_shown else self.compared.value

    def _content(self) -> Content[Comparison]:
        return Content(
            "comparison",
            self.compared.changed,
            lambda: UNTITLED,
            lambda: state_of(self._present),
            lambda: edits_of(self._present),
            lambda: comparison_of(self._present),
            lambda: partial(complete, self._present),
            lambda loaded: self.enter(loaded.work, is_beside=loaded.is_beside),
            lambda path: projects.load_comparison(path),
            lambda comparison, path: projects.save_comparison(comparison, path),
        )

    @cached_property
    def workbench(self) -> "Workbench":
        """Return the parts and controllers of comparisons, which are created for the first one."""
        from flowviz.app.workspace.workbench import Workbench

        return Workbench(
            self.compared, self.links, self.grid, self.around, self._open, self.choose_another, self.leave,
            self._keep_alone, self._window,
        )  # fmt: skip

    def _keep_alone(self, run: EntrantRun) -> None:
        """Show the flow that is left of two as that of the window, and keep the comparison, so that one can undo."""
        if run.key == self.workbench.origin:
            trains = self.compared.value.state in {TrainingState.PREPARING, TrainingState.TRAINING}
            self.leave()
            if trains:
                self.around.session.resume()
        else:
            self._open(run.name)

    def _open(self, name: str) -> None:
        project, title = comparison_of(self._present)[name], existing(self.compared.value.run(name)).title
        self.around.documents.show_project(project, partial(self.return_bar.show_entrant, title))
