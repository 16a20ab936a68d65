"""Welcome for new users: opens the start page and the tour."""

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from pathlib import Path

from PyQt6.QtWidgets import QMainWindow, QStackedWidget

from flowviz.app.commands.catalog import Command
from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import stored_flag
from flowviz.app.document.actions import DocumentActions
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.request import RequestState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.session import Session
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.welcome.start_page import StartPage
from flowviz.app.welcome.tour import SEEN_KEY, Tour
from flowviz.app.welcome.tour_steps import tour_steps
from flowviz.app.widgets.choice_words import MARKS, VELOCITIES
from flowviz.specs import TextSpec

CLOUD_MENUS = {"Select", "Train", "Layers"}  # about the cloud and its panels
CLOUD_COMMANDS = {
    *MARKS, *(f"velocity{of}" for of in VELOCITIES.values()),
    "beside", "overview", "fourpanels", "latentsagainstthebase", "commonscale", "coarsegrid", "zoomin",
    "zoomout", "follow", "fitthecloud", "fitthisstage", "openimage", "openpoints",
}  # fmt: skip


class Welcome:
    """Controller of the start page and the tour.

    The page is created when it is first shown, in place of the cloud. Training or opening something leaves it.
    """

    def __init__(
        self,
        window: QMainWindow,
        stack: QStackedWidget,
        panels: TrainingWidgets,
        viewer_widgets: ViewerWidgets,
        request: RequestState,
        builder: TargetBuilder,
        session: Session,
        document_actions: DocumentActions,
        *,
        show_lessons: Callable[[], object],
        build_by_hand: Callable[[], object],
        compare: Callable[[], object],
        open_example: Callable[[Path], object],
        release_panels: Callable[[], object],
        set_panels_aside: Callable[[], object],
        put_panels_back: Callable[[], object],
    ) -> None:
        """Prepare to show the page in `stack`, in place of its first widget and without panels around it."""
        self._window, self._stack, self._panels, self._viewer_widgets = window, stack, panels, viewer_widgets
        self._session, self._document_actions = session, document_actions
        self._request, self._builder = request, builder
        self._release_panels = release_panels
        self._set_panels_aside, self._put_panels_back = set_panels_aside, put_panels_back
        self._tour: Tour | None = None
        self._create_page = partial(
            StartPage,
            request,
            train=self._train,
            take_tour=self.take_tour,
            show_lessons=show_lessons,
            build_by_hand=build_by_hand,
            choose_file=document_actions.choose,
            compare=compare,
            open_recent=document_actions.open,
            open_example=open_example,
            leave=self._leave_page,
        )
        builder.built_changed.connect(self._show_target)
        document_actions.recent.changed.connect(self._list_recent)

    @cached_property
    def _page(self) -> StartPage:
        """Return the page, which is created when it is first needed."""
        page = self._create_page()
        self._stack.addWidget(page)
        return page

    @property
    def is_shown(self) -> bool:
        """Return whether the start page is visible."""
        return isinstance(self._stack.currentWidget(), StartPage)

    def show(self) -> None:
        """Show the start page, with the focus in its text box."""
        self._release_panels()
        self.end_tour()
        self._set_panels_aside()
        self._stack.setCurrentWidget(self._page)
        self._page.show_tour_seen(stored_flag(SEEN_KEY, default=False))
        self._show_problem()
        self._list_recent()
        self._page.take_focus()

    def show_gallery(self) -> None:
        """Show the start page, with the focus in its gallery."""
        self.show()
        self._page.enter_gallery()

    def leave(self) -> None:
        """Leave the start page for the cloud."""
        if self.is_shown:
            self._stack.setCurrentIndex(0)
            self._put_panels_back()
            self._page.offer_return()
            self._viewer_widgets.slider.setFocus()

    def leave_for(self, commands: Iterable[Command]) -> None:
        """Leave the start page when the user runs one of these commands and it concerns what the page hides."""
        for command in commands:
            if command.menu in CLOUD_MENUS or command.action.objectName().removesuffix("Action") in CLOUD_COMMANDS:
                command.action.triggered.connect(self.leave)

    def take_tour(self) -> None:
        """Start the tour, or start it over."""
        self._release_panels()
        self.leave()
        if self._tour is None:
            steps = tour_steps(self._panels, self._viewer_widgets, existing(self._window.menuBar()))
            self._tour = Tour(steps, self._window, self._forget_tour)
        self._tour.begin()

    def end_tour(self) -> None:
        """End the tour, if it is going on."""
        if self._tour is not None:
            self._tour.end()

    def _leave_page(self) -> None:
        """Leave the page at the request of the user, and cancel a training that waits for its target."""
        self._session.cancel_start()
        self.leave()

    def _train(self) -> None:
        self._request.turn_to("text")
        self._session.learn()

    def _show_target(self, target: BuiltTarget | None) -> None:
        """Show what is wrong with a word; leave the page for any other target."""
        if target is not None and not isinstance(target.spec, TextSpec):
            self.leave()
        elif self.is_shown:
            self._show_problem()

    def _show_problem(self) -> None:
        """Show what is wrong with the word, but not what is wrong with another kind of target."""
        self._page.show_problem(self._builder.problem if self._request.value.kind == "text" else "")

    def _list_recent(self) -> None:
        if self.is_shown:
            self._page.show_recent(self._document_actions.recent.paths())

    def _forget_tour(self) -> None:
        self._tour = None
