"""The start: a page in place of the cloud until something is chosen, and the tour of the window."""

from collections.abc import Iterable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget

from flowviz.app.commands.catalog import Command
from flowviz.app.document.actions import DocumentActions
from flowviz.app.session.session import Session
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.welcome.start_page import StartPage
from flowviz.app.welcome.tour import Tour, tour_was_seen
from flowviz.app.welcome.tour_steps import stops
from flowviz.specs import TextSpec
from flowviz.specs.view import Theme

PICTURES_DELAY_MS = 200  # the window comes first
BEHIND = {"Select", "Train", "Layers"}  # menus of what the page stands before


class Welcome(QObject):
    """Hears the start page, which is made when it is shown first; whatever is trained or opened leaves it.

    Announces that the page, or the tour, is about to be shown.
    """

    entered = pyqtSignal()

    def __init__(
        self,
        window: QMainWindow,
        place: QStackedWidget,
        panels: TrainingWidgets,
        viewer_widgets: ViewerWidgets,
        target_builder: TargetBuilder,
        session: Session,
        document_actions: DocumentActions,
    ) -> None:
        """What is at first in `place` is what the page stands before."""
        super().__init__(window)
        self._window, self._place, self._panels, self._viewer_widgets = window, place, panels, viewer_widgets
        self._session, self._document_actions = session, document_actions
        self._page: StartPage | None = None
        self._tour: Tour | None = None
        self._aside: QDockWidget | None = None
        self._theme: Theme = "light"
        self._pictures = QTimer(self)
        self._pictures.setSingleShot(True)
        self._pictures.timeout.connect(self._draw)
        target_builder.built_changed.connect(self._take_goal)
        session.started.connect(self.leave)
        panels.controls.pause_toggled.connect(self.leave)
        session.undo.view_shown.connect(self.leave)
        document_actions.document.opened.connect(self.leave)
        document_actions.document.refused.connect(self._list_recent)

    @property
    def is_shown(self) -> bool:
        """Whether the page is what one sees."""
        return self._page is not None and self._place.currentWidget() is self._page

    def show(self) -> None:
        """Show the page, with the focus where a word is typed."""
        self.entered.emit()
        self.end_tour()
        page = self._page = self._page or self._made_page()
        self._set_inspector_aside()
        self._place.setCurrentWidget(page)
        page.show_tour_seen(tour_was_seen())
        page.show_word(self._panels.target.text.text)
        self._show_problem()
        self._list_recent()
        page.take_focus()
        self._pictures.start(PICTURES_DELAY_MS)

    def leave(self) -> None:
        """Go back to the cloud, and the ways through it."""
        if self._page is not None and self.is_shown:
            self._session.call_off()
            self._place.setCurrentIndex(0)
            self._bring_inspector_back()
            self._page.show_way_back()
            self._viewer_widgets.scrubber.setFocus()

    def leave_for(self, commands: Iterable[Command]) -> None:
        """Leave the page where one of these is about what is behind it."""
        bar = self._viewer_widgets.bar
        marks = [*bar.mark_actions.values(), bar.beside_action, bar.overview_action]
        for command in commands:
            if command.menu in BEHIND or command.action in marks:
                command.action.triggered.connect(self.leave)

    def take_tour(self) -> None:
        """Show what is where, from the beginning."""
        self.entered.emit()
        self.leave()
        if self._tour is None:
            bar = self._window.menuBar()
            assert bar is not None
            self._tour = Tour(stops(self._panels, self._viewer_widgets, bar), self._window)
            self._tour.ended.connect(self._forget_tour)
        self._tour.begin()

    def end_tour(self) -> None:
        """What it points at is about to go."""
        if self._tour is not None:
            self._tour.end()

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._theme = theme
        if self.is_shown:
            self._draw()

    def close(self) -> None:
        """End all work; the panels are as they are without the page and the tour."""
        self.end_tour()
        self._bring_inspector_back()
        self._pictures.stop()
        if self._page is not None:
            self._page.end()

    def _set_inspector_aside(self) -> None:
        """There is no layer to look into on the page, which can use the room."""
        dock = self._viewer_widgets.inspector.parentWidget()
        if isinstance(dock, QDockWidget) and not dock.isHidden():
            self._aside = dock
            dock.hide()

    def _bring_inspector_back(self) -> None:
        if self._aside is not None:
            self._aside.show()
            self._aside = None

    def _made_page(self) -> StartPage:
        page = StartPage()
        page.word_typed.connect(self._panels.target.show_text)
        page.train_requested.connect(self._train)
        page.example_chosen.connect(lambda example: self._document_actions.open_copy(example.path))
        page.recent_chosen.connect(self._document_actions.open)
        page.open_requested.connect(self._document_actions.choose)
        page.tour_requested.connect(self.take_tour)
        page.left.connect(self.leave)
        self._place.addWidget(page)
        return page

    def _train(self) -> None:
        assert self._page is not None
        if self._panels.target.kind != "text":
            self._panels.target.show_text(self._page.word)
        self._session.train()

    def _take_goal(self, goal: BuiltTarget | None) -> None:
        """The word may have been typed elsewhere; what is no word is looked at without the page."""
        if self._page is None or not self.is_shown:
            return
        if goal is not None and not isinstance(goal.spec, TextSpec):
            self.leave()
            return
        self._page.show_word(self._panels.target.text.text)
        self._show_problem()

    def _show_problem(self) -> None:
        """What is wrong with another source is not wrong with the word."""
        assert self._page is not None
        target = self._panels.target
        self._page.show_problem(target.problem if target.kind == "text" else "")

    def _list_recent(self) -> None:
        if self._page is not None:
            self._page.show_recent(self._document_actions.recent.paths())

    def _draw(self) -> None:
        if self._page is not None and self.is_shown:
            self._page.draw(self._theme)

    def _forget_tour(self) -> None:
        self._tour = None
