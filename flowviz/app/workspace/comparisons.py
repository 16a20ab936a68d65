"""Comparisons of the window: opens the page in place of the cloud, and leaves it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData, QObject, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QMainWindow, QStackedWidget

from flowviz import projects
from flowviz.app.document.content import Content, Loaded
from flowviz.app.document.dialogs import DocumentDialogs
from flowviz.app.document.document import Document
from flowviz.app.state.view import ViewState
from flowviz.app.training.session import Session
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.entrants import UNTITLED, ComparedState, comparison_of, edits_of, state_of
from flowviz.app.workspace.return_bar import ReturnBar
from flowviz.app.workspace.surroundings import Surroundings
from flowviz.projects import Comparison
from flowviz.specs.view import Theme

if TYPE_CHECKING:
    from flowviz.app.export.exported_comparison import ExportedComparison
    from flowviz.app.workspace.workbench import Workbench


class Comparisons(QObject):
    """Shows a comparison in place of the cloud and its panels. The page is created when it is first shown.

    Attributes:
        compared: The entrants.
        document: The comparison and its file.
        dialogs: The dialogs of the document.
        surroundings: The panels and menus that make room for a comparison.
        return_bar: A bar that leads back to the comparison, for a place above the cloud.
    """

    entered = pyqtSignal()  # before the page is shown
    leaving = pyqtSignal()  # before the cloud and its panels return
    left = pyqtSignal()
    state_changed = pyqtSignal()  # whether it is shown
    project_chosen = pyqtSignal(object, object)  # Project to open in the normal view, and a function to call then
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(
        self,
        window: QMainWindow,
        stack: QStackedWidget,
        session: Session,
        view: ViewState,
    ) -> None:
        """Prepare to show comparisons.

        Args:
            window: The main window.
            stack: The widgets that take turns in its middle, the first of which is the cloud.
            session: The session, whose training pauses during a comparison.
            view: The view, whose theme, colors and marks the clouds share.
        """
        super().__init__(window)
        self.return_bar = ReturnBar()
        self.return_bar.return_requested.connect(self.enter)
        self.surroundings = Surroundings(window)
        self._window, self._stack, self._session = window, stack, session
        self._view = view
        self._workbench: Workbench | None = None
        self._theme: Theme = "light"
        self._is_motion_reduced = False
        self.compared = ComparedState(self)
        self.document = Document(self._content(), self)
        self.dialogs = DocumentDialogs(self.document, window)

    @property
    def is_shown(self) -> bool:
        """Return whether the comparison is visible."""
        return self._workbench is not None and self._stack.currentWidget() is self._workbench.page

    @property
    def shown(self) -> "Workbench | None":
        """The page and its controllers while they are visible. None otherwise."""
        return self._workbench if self.is_shown else None

    @property
    def workbench(self) -> "Workbench | None":
        """The page and its controllers. None before the first comparison."""
        return self._workbench

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

        dialog = ComparisonDialog(self._session.project(), Path.home(), self._window)
        dialog.chosen.connect(self.show)
        if trains:
            dialog.chosen.connect(lambda: self._present().controller.begin())
        dialog.open()

    def export_source(self) -> "ExportedComparison":
        """Return the comparison, to be exported."""
        from flowviz.app.export.exported_comparison import ExportedComparison

        document, comparison = self.document, self.compared.comparison
        is_saved = document.path is not None and not document.is_changed
        return ExportedComparison(document.name, document.path, is_saved, comparison, self._theme)

    def show(self, comparison: Comparison) -> None:
        """Show another comparison, which has no file."""
        self.document.show(Loaded(comparison))

    def enter(self) -> None:
        """Show the page. A training in the normal view pauses."""
        self.entered.emit()
        self.return_bar.hide()
        self._session.cancel_start()
        if self._session.state in {TrainingState.PREPARING, TrainingState.TRAINING}:
            self._session.toggle_pause()
        workbench = self._present()
        if not self.is_shown:
            self.surroundings.hide()
        self._stack.setCurrentWidget(workbench.page)
        workbench.take_focus()
        self.state_changed.emit()

    def leave(self) -> None:
        """Return to the cloud. The comparison is kept, and its training pauses."""
        if self._workbench is None or not self.is_shown:
            return
        self.leaving.emit()
        self._workbench.controller.pause()
        self._stack.setCurrentIndex(0)
        self.surroundings.show()
        self.return_bar.show_entrant("")
        self.return_bar.show()
        self.left.emit()
        self.state_changed.emit()

    def take_media(self, media: QMimeData) -> bool:
        """Learn what was dropped, or add the flow of a project; return whether the page is visible."""
        if self.is_shown:
            self._present().importer.take_media(media)
        return self.is_shown

    def picture(self) -> QImage | None:
        """Return the picture of all clouds. None if they are not visible."""
        return self._present().page.grid.grab().toImage() if self.is_shown else None

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        self._theme = theme
        if self._workbench is not None:
            self._workbench.page.set_theme(theme)

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to do without motion that is not needed."""
        self._is_motion_reduced = reduced
        if self._workbench is not None:
            self._workbench.reduce_motion(reduced)

    def close(self) -> None:
        """End all work, and restore the panels so that their layout can be saved."""
        self.surroundings.show()
        if self._workbench is not None:
            self._workbench.close()

    def _content(self) -> Content[Comparison]:
        compared = self.compared
        return Content(
            "comparison",
            compared.changed,
            lambda: UNTITLED,
            lambda: state_of(compared.value),
            lambda: edits_of(compared.value),
            lambda: compared.comparison,
            lambda: partial(comparison_of, compared.value),
            self._show_loaded,
            lambda path: projects.load_comparison(path),
            lambda comparison, path: projects.save_comparison(comparison, path),
        )

    def _show_loaded(self, loaded: Loaded[Comparison]) -> str:
        self.enter()
        self._present().show(loaded.work)
        return ""

    def _present(self) -> "Workbench":
        """Return the page and its controllers, which are created once."""
        if self._workbench is None:
            self._workbench = self._create()
        return self._workbench

    def _create(self) -> "Workbench":
        from flowviz.app.workspace.workbench import Workbench

        workbench = Workbench(self.compared, self._view, self._session, self)
        workbench.page.set_theme(self._theme)
        workbench.reduce_motion(self._is_motion_reduced)
        workbench.page.new_requested.connect(self.choose_another)
        workbench.page.leave_requested.connect(self.leave)
        workbench.open_requested.connect(self._open)
        workbench.notice_posted.connect(self.notice_posted)
        self._stack.addWidget(workbench.page)
        return workbench

    def _open(self, name: str) -> None:
        self.project_chosen.emit(self.compared.comparison[name], partial(self.return_bar.show_entrant, name))
