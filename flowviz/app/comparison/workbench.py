"""The workbench of a comparison: its states, page and controllers."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.comparison.adding import EntrantAdding
from flowviz.app.comparison.controller import ComparisonController
from flowviz.app.comparison.entrants import Compared, ComparedState
from flowviz.app.comparison.page import ComparisonPage
from flowviz.app.comparison.runner import ComparisonRunner
from flowviz.app.comparison.sentences import title
from flowviz.app.comparison.shared_view import SharedViewState
from flowviz.app.session.session import Session
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.importer import TargetImporter


class Workbench(QObject):
    """Creates and connects everything that a comparison needs. Its panels have a request of their own.

    Attributes:
        compared: The entrants.
        shared: The view of all clouds.
        request: What the panels show: the selected entrant.
        page: The page.
        controller: Trains the entrants.
        adding: Adds entrants.
    """

    open_requested = pyqtSignal(str)  # name of an entrant
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(self, view: ViewState, session: Session, parent: QObject) -> None:
        """Create the page; `view` is that of the window, and `session` has the flow that can be added."""
        super().__init__(parent)
        self.compared, self.shared, self.request = ComparedState(self), SharedViewState(self), RequestState(self)
        self.page = ComparisonPage(self.compared, self.shared, self.request, view)
        editor = self.page.editor
        self._builder = TargetBuilder(self.request, self)
        self._importer = TargetImporter(editor.target, self.request, self)
        runner = ComparisonRunner(self)
        self.controller = ComparisonController(
            self.compared, self.request, self._builder, runner, editor.controls, self
        )
        self.adding = EntrantAdding(self.compared, self.controller, session, self.page)
        self._connect()

    @property
    def has_content(self) -> bool:
        """Return whether there is a comparison."""
        return bool(self.compared.value.runs)

    def take_focus(self) -> None:
        """Focus the slider of the depth, so that the arrow keys move it."""
        self.page.depth_bar.slider.setFocus()

    def close(self) -> None:
        """End all work."""
        self.controller.close()
        self.adding.close()
        self._builder.close()
        self._importer.close()

    def _connect(self) -> None:
        page, editor, controller = self.page, self.page.editor, self.controller
        controls = editor.controls
        controls.train_requested.connect(controller.train)
        controls.pause_toggled.connect(controller.toggle_pause)
        controls.stop_requested.connect(controller.stop)
        editor.set_add_menu(self.adding.menu)
        editor.removal_requested.connect(controller.remove)
        editor.renamed.connect(controller.rename)
        for view in (page.grid, page.table):
            view.chosen.connect(self.compared.select)
            view.open_requested.connect(self.open_requested)
            view.removal_requested.connect(controller.remove)
        self.compared.changed.connect(self._on_changed)
        self._builder.built_changed.connect(lambda built: editor.target.show_target(built, self._builder.problem))
        self._builder.pictures_ready.connect(editor.target.shape.show_pictures)
        for source in (controller, self._builder, self._importer, self.adding):
            source.notice_posted.connect(self.notice_posted)

    def _on_changed(self, old: Compared, new: Compared) -> None:
        if title(old) != title(new):
            self.page.show_title(*title(new))
