"""The workbench of a comparison: its states, page and controllers."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QWidget

from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.importer import TargetImporter
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.session import Session
from flowviz.app.workspace.adding import EntrantAdding
from flowviz.app.workspace.comparison_undo import ComparisonUndo
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.entrants import ComparedState
from flowviz.app.workspace.page import ComparisonPage
from flowviz.app.workspace.sentences import title
from flowviz.app.workspace.shared_view import SharedViewState
from flowviz.projects import Comparison
from flowviz.specs.comparison import MAX_ENTRANTS


class Workbench(QObject):
    """Creates and connects everything that a comparison needs. Its panels have a request of their own.

    Attributes:
        compared: The entrants.
        shared: The view of all clouds.
        request: What the panels show: the selected entrant.
        page: The page.
        controller: Trains the entrants.
        importer: Imports files, pictures and text as targets.
        adding: Adds entrants.
        undo: The undo history.
    """

    open_requested = pyqtSignal(str)  # name of an entrant
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(self, compared: ComparedState, view: ViewState, session: Session, parent: QObject) -> None:
        """Create the page.

        Args:
            compared: The entrants.
            view: The view of the window.
            session: Has the flow that can be added.
            parent: The owner.
        """
        super().__init__(parent)
        self._view = view
        self.compared, self.shared, self.request = compared, SharedViewState(self), RequestState(self)
        self.page = ComparisonPage(self.compared, self.shared, self.request, view)
        editor = self.page.editor
        self._builder = TargetBuilder(self.request, self)
        self.importer = TargetImporter(editor.target, self.request, self)
        runner = TrainingRunner(self)
        self.controller = ComparisonController(
            self.compared, self.request, self._builder, runner, editor.controls, self
        )
        self.adding = EntrantAdding(self.compared, self.controller, session, self.page)
        self.undo = ComparisonUndo(
            self.compared, self.request, self._builder, view, self.shared, self.controller, self
        )  # fmt: skip
        self._connect()

    def show(self, comparison: Comparison) -> None:
        """Show another comparison."""
        self.shared.forget_missing(())
        self.controller.show(comparison)
        self.undo.clear()

    def zoom(self, factor: float) -> None:
        """Show a larger part of the plane in all clouds, or a smaller one for a factor below 1."""
        self.page.grid.zoom(factor)

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to jump from stage to stage, and to keep the busy bar still."""
        self.shared.reduce_motion(reduced)
        self.page.editor.controls.reduce_motion(reduced)

    def take_focus(self) -> None:
        """Focus the slider of the depth, so that the arrow keys move it."""
        self.page.depth_bar.slider.setFocus()

    def close(self) -> None:
        """End all work."""
        self.controller.close()
        self.page.grid.close_fields()
        self.adding.close()
        self._builder.close()
        self.importer.close()

    def _connect(self) -> None:
        page, editor, controller = self.page, self.page.editor, self.controller
        controls = editor.controls
        controls.train_requested.connect(controller.train)
        controls.pause_toggled.connect(controller.toggle_pause)
        controls.stop_requested.connect(controller.stop)
        editor.set_add_menu(self.adding.menu)
        editor.removal_requested.connect(controller.remove)
        editor.renamed.connect(controller.rename)
        page.limits.clicked.connect(controller.set_limits)
        page.escape_pressed.connect(self._escape)
        _add_key(page, "Alt+0", lambda: self.shared.enlarge(self.compared.value.selected_key))
        for number in range(MAX_ENTRANTS):
            _add_key(page, f"Alt+{number + 1}", partial(self._select, number))
        for keys, pressed in (
            ("Ctrl+Return", controls.train_button), ("Ctrl+P", controls.pause_button), ("Ctrl+.", controls.stop_button),
        ):  # fmt: skip
            _add_key(page, keys, pressed.click)  # those of the Train menu, which is about the window's own training
        for view in (page.grid, page.table):
            view.chosen.connect(self.compared.select)
            view.open_requested.connect(self.open_requested)
            view.removal_requested.connect(controller.remove)
        editor.target.drawing.connect_history(self.undo)
        self.importer.project_arrived.connect(self.adding.add_file)
        self.compared.changed.connect(lambda _, new: self.shared.forget_missing([run.key for run in new.runs]))
        self.compared.changed.connect(lambda: self._show_title())
        self._view.changed.connect(lambda: self._show_title())
        self._builder.built_changed.connect(lambda built: editor.target.show_target(built, self._builder.problem))
        self._builder.pictures_ready.connect(editor.target.shape.show_pictures)
        for source in (controller, page.grid, self._builder, self.importer, self.adding):
            source.notice_posted.connect(self.notice_posted)

    def _select(self, number: int) -> None:
        """Select an entrant by its place; if a cloud is enlarged, enlarge its own instead."""
        runs = self.compared.value.runs[number : number + 1]
        for run in runs:
            self.compared.select(run.name)
            if self.shared.value.enlarged not in {"", run.key}:
                self.shared.enlarge(run.key)

    def _escape(self) -> None:
        """Clear the selection, or leave the comparison if nothing is selected."""
        if self.shared.value.selection is None:
            self.page.leave_requested.emit()
        else:
            self.shared.clear_selection()

    def _show_title(self) -> None:
        self.page.show_title(*title(self.compared.value, self._view.seen.view))


def _add_key(page: QWidget, keys: str, run: Callable[[], object]) -> None:
    shortcut = QShortcut(QKeySequence(keys), page)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(lambda: run())
