"""The pages of the window, the cloud and the start page, and what rearranges the panels around them."""

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from flowviz.app.lessons.lessons import Lessons
from flowviz.app.notices.notifications import Notifications
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.window.panel_layout import PanelLayout
from flowviz.app.window.presentation import Presentation
from flowviz.app.workspace.comparisons import Comparisons


class Pages(QObject):
    """Leaves a page, the tour or a presentation when something else takes its place."""

    def __init__(
        self,
        welcome: Welcome,
        comparisons: Comparisons,
        lessons: Lessons,
        presentation: Presentation,
        layout: PanelLayout,
        notifications: Notifications,
        training: TrainingWidgets,
        next_focus: QWidget,
        parent: QObject,
    ) -> None:
        """Connect the pages; `next_focus` gets the focus when a comparison is left."""
        super().__init__(parent)
        self._welcome, self._comparisons, self._presentation = welcome, comparisons, presentation
        self._lessons, self._layout, self._notifications = lessons, layout, notifications
        training.controls.commands.pause.triggered.connect(welcome.leave)
        for arranged in (welcome.entered, layout.resetting):
            arranged.connect(self._release_panels)
        layout.panel_wanted.connect(welcome.leave)
        presentation.entered.connect(self._prepare_presentation)
        for changed in (presentation.left, lessons.entered, lessons.left):
            changed.connect(self._set_notices_aside)
        comparisons.entered.connect(self._prepare_comparison)
        comparisons.leaving.connect(presentation.give_way)
        comparisons.left.connect(layout.give_back_room)
        comparisons.left.connect(lambda: next_focus.setFocus())

    def show_cloud(self) -> None:
        """Show the cloud, in place of the start page or a comparison."""
        self._welcome.leave()
        self._comparisons.leave()

    def show_cloud_alone(self) -> None:
        """Show the cloud, and end the tour, which explains other things."""
        self._welcome.end_tour()
        self.show_cloud()

    def _release_panels(self) -> None:
        """Leave what arranges the panels of the window in its own way."""
        self._presentation.give_way()
        self.show_cloud()

    def _prepare_presentation(self) -> None:
        self._welcome.leave()
        self._welcome.end_tour()
        self._comparisons.return_bar.hide()
        if not self._comparisons.is_shown:  # which hides panels
            self._layout.remember()
        self._notifications.set_aside(True)

    def _set_notices_aside(self) -> None:
        self._notifications.set_aside(self._presentation.is_on or self._lessons.is_shown)

    def _prepare_comparison(self) -> None:
        self._presentation.give_way()
        self._welcome.end_tour()
        self._welcome.leave()
        if not self._comparisons.is_shown:
            self._layout.make_room()
