"""Comparisons of the window: opens the page in place of the cloud, and leaves it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData, QObject, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QMainWindow, QStackedWidget

from flowviz.app.comparison.return_bar import ReturnBar
from flowviz.app.comparison.surroundings import Surroundings
from flowviz.app.session.session import Session
from flowviz.app.state.view import ViewState
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Comparison, Project
from flowviz.projects.drafts import Draft, Drafts
from flowviz.specs.view import Theme

if TYPE_CHECKING:
    from flowviz.app.comparison.file import ComparisonFile
    from flowviz.app.comparison.workbench import Workbench
    from flowviz.app.export.exported_comparison import ExportedComparison


class Comparisons(QObject):
    """Shows a comparison in place of the cloud and its panels. The page is created when it is first shown.

    Attributes:
        surroundings: The panels and menus that make room for a comparison.
        return_bar: A bar that leads back to the comparison, for a place above the cloud.
    """

    entered = pyqtSignal()  # before the page is shown
    leaving = pyqtSignal()  # before the cloud and its panels return
    left = pyqtSignal()
    state_changed = pyqtSignal()  # whether it is shown, its name, or whether it has unsaved changes
    file_used = pyqtSignal(object)  # Path that was opened or saved
    saves_ended = pyqtSignal()  # no save is running or waiting any more
    failed = pyqtSignal()  # the comparison could not be saved
    done = pyqtSignal(str)  # message
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(
        self,
        window: QMainWindow,
        stack: QStackedWidget,
        session: Session,
        view: ViewState,
        open_project: Callable[[Project], None],
        drafts: Drafts,
    ) -> None:
        """Prepare to show comparisons.

        Args:
            window: The main window.
            stack: The widgets that take turns in its middle, the first of which is the cloud.
            session: The session, whose training pauses during a comparison.
            view: The view, whose theme, colors and marks the clouds share.
            open_project: Opens the project of an entrant in the normal view.
            drafts: Where drafts of unsaved comparisons are saved.
        """
        super().__init__(window)
        self.return_bar = ReturnBar()
        self.return_bar.return_requested.connect(self.enter)
        self.surroundings = Surroundings(window)
        self._window, self._stack, self._session = window, stack, session
        self._view = view
        self._open_project, self._drafts = open_project, drafts
        self._workbench: Workbench | None = None
        self._theme: Theme = "light"
        self._opened = ""  # name of the entrant that is being opened in the normal view

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

    @property
    def file(self) -> "ComparisonFile | None":
        """The file of the comparison. None before the first one."""
        return self._workbench.file if self._workbench else None

    @property
    def is_changed(self) -> bool:
        """Return whether the comparison has unsaved changes."""
        return self.file is not None and self.file.is_changed

    @property
    def is_saving(self) -> bool:
        """Return whether a save of the comparison is running or waiting."""
        return self.file is not None and self.file.is_saving

    def leave_changes(self, then: Callable[[], object]) -> None:
        """Call `then`; where the comparison has unsaved changes, ask first."""
        if self.file is None:
            then()
        else:
            self.file.leave(then)

    def choose(self, *, trains: bool = False) -> None:
        """Ask what to compare, and begin to train it if `trains`; or return to the comparison that was left."""
        if self._workbench is not None and self._workbench.has_content:
            self.enter()
        else:
            self.choose_another(trains=trains)

    def choose_another(self, *, trains: bool = False) -> None:
        """Ask what to compare, and begin to train it if `trains`; before that, ask about unsaved changes."""
        self.leave_changes(partial(self._ask, trains=trains))

    def _ask(self, *, trains: bool) -> None:
        from flowviz.app.comparison.dialog import ComparisonDialog

        dialog = ComparisonDialog(self._session.project(), Path.home(), self._window)
        dialog.chosen.connect(self.show)
        if trains:
            dialog.chosen.connect(lambda: self._present().controller.begin())
        dialog.open()

    def export_source(self) -> "ExportedComparison":
        """Return the comparison, to be exported."""
        from flowviz.app.export.exported_comparison import ExportedComparison

        workbench = self._present()
        file, comparison = workbench.file, workbench.compared.comparison
        is_saved = file.path is not None and not file.is_changed
        return ExportedComparison(file.name, file.path, is_saved, comparison, self._theme)

    def open(self, path: Path, *, is_copy: bool = False) -> None:
        """Open the file of a comparison, or a copy without a file; ask first if another one has unsaved changes."""
        file = self._present().file
        file.leave(lambda: file.open(path, is_copy=is_copy))

    def recover(self, draft: Draft, comparison: Comparison) -> None:
        """Show the comparison of a draft."""
        file = self._present().file
        file.leave(lambda: file.recover(draft, comparison))

    def show(self, comparison: Comparison) -> None:
        """Show another comparison."""
        self.enter()
        self._present().show(comparison)

    def enter(self) -> None:
        """Show the page. A training in the normal view pauses."""
        self.entered.emit()
        self._opened = ""
        self.return_bar.hide()
        self._session.cancel_start()
        if self._session.state in {TrainingState.PREPARING, TrainingState.TRAINING}:
            self._session.toggle_pause()
        workbench = self._present()
        if not self.is_shown:
            self.surroundings.hide()
        self._stack.setCurrentWidget(workbench.page)
        workbench.undo.set_recording(True)
        workbench.take_focus()
        self.state_changed.emit()

    def leave(self) -> None:
        """Return to the cloud. The comparison is kept, and its training pauses."""
        if self._workbench is None or not self.is_shown:
            return
        self.leaving.emit()
        self._workbench.controller.pause()
        self._workbench.undo.set_recording(False)
        self._stack.setCurrentIndex(0)
        self.surroundings.show()
        self.return_bar.offer(self._opened)
        self.left.emit()
        self.state_changed.emit()

    def save_draft(self) -> None:
        """Write a draft of unsaved changes."""
        if self._workbench is not None:
            self._workbench.file.save_draft()

    def save_now(self) -> None:
        """Write a draft of unsaved changes in the GUI thread, because the program is about to end."""
        if self._workbench is not None:
            self._workbench.file.save_now()

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

    def close(self) -> None:
        """End all work, and restore the panels so that their layout can be saved."""
        self.surroundings.show()
        if self._workbench is not None:
            self._workbench.close()

    def _present(self) -> "Workbench":
        """Return the page and its controllers, which are created once."""
        if self._workbench is None:
            self._workbench = self._create()
        return self._workbench

    def _create(self) -> "Workbench":
        from flowviz.app.comparison.workbench import Workbench

        workbench = Workbench(self._view, self._session, self._drafts, self)
        workbench.page.set_theme(self._theme)
        workbench.page.new_requested.connect(self.choose_another)
        workbench.page.leave_requested.connect(self.leave)
        workbench.open_requested.connect(self._open)
        workbench.notice_posted.connect(self.notice_posted)
        workbench.file.opened.connect(self.show)
        workbench.file.used.connect(self.file_used)
        workbench.file.saves_ended.connect(self.saves_ended)
        workbench.file.save_failed.connect(self.failed)
        workbench.file.state_changed.connect(self.state_changed)
        self._stack.addWidget(workbench.page)
        return workbench

    def _open(self, name: str) -> None:
        workbench = self._present()
        workbench.controller.pause()
        self._opened = name
        self._open_project(workbench.compared.comparison[name])
