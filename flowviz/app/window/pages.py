"""The pages of the window: the start page, the cloud, comparisons, lessons and presentations."""

from PyQt6.QtWidgets import QStackedWidget

from flowviz.app.lessons.lessons import Lessons
from flowviz.app.notices.notifications import Notifications
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import enlarged_text
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.widgets.motion import Dissolve
from flowviz.app.window.lesson_dock import LessonDock
from flowviz.app.window.panel_layout import PanelLayout
from flowviz.app.window.presentation import Presentation
from flowviz.app.workspace.comparisons import Comparisons


class Pages:
    """Leaves a page, the tour or a presentation when something else takes its place, and arranges the panels for it."""

    def __init__(
        self,
        stack: QStackedWidget,
        welcome: Welcome,
        comparisons: Comparisons,
        lessons: Lessons,
        lesson_dock: LessonDock,
        presentation: Presentation,
        layout: PanelLayout,
        notifications: Notifications,
        motion: Dissolve,
        widgets: ViewerWidgets,
        view: ViewState,
    ) -> None:
        self._welcome, self._comparisons, self._presentation = welcome, comparisons, presentation
        self._lessons, self._lesson_dock, self._layout = lessons, lesson_dock, layout
        self._stack, self._notifications, self._motion, self._widgets = stack, notifications, motion, widgets
        comparisons.changed.connect(self._finish_comparison)
        presentation.is_on.observe(bool, self._follow_presentation)
        presentation.text_scale.observe(float, self._scale)
        view.observe(lambda value: value.tool, lambda tool: self._show_ledger(tool == "probe"))
        lessons.is_shown.observe(bool, self._follow_lessons)
        lessons.observer.add(lambda: {"presenting": presentation.is_on.value}, presentation.is_on.changed)
        lessons.observer.add(lambda: {"panels": layout.open_names}, *(dock.visibilityChanged for dock in layout.docks))

    def show_cloud(self) -> None:
        """Show the cloud, in place of the start page or a comparison."""
        self._welcome.leave()
        self._comparisons.leave()

    def show_cloud_alone(self) -> None:
        """Show the cloud, and end the tour, which explains other things."""
        self._welcome.end_tour()
        self.show_cloud()

    def release_panels(self) -> None:
        """Leave the start page, presentations and comparisons, which arrange the panels themselves."""
        self._presentation.give_way()
        self.show_cloud()

    def leave_all(self) -> None:
        """Leave everything that arranges the panels itself."""
        self.release_panels()
        self._lessons.leave()

    def prepare_comparison(self, is_shown: bool) -> None:
        """Arrange everything for a comparison, or for the flow of the window that returns."""
        self._motion.dissolve()
        self._presentation.give_way()
        if is_shown:
            self._welcome.end_tour()
            self._welcome.leave()
            if not self._comparisons.is_shown:
                self._layout.make_room()

    def _finish_comparison(self, is_shown: bool) -> None:
        if not is_shown:
            self._layout.give_back_room()
            self._widgets.slider.setFocus()

    def _follow_presentation(self, is_on: bool) -> None:
        self._motion.dissolve()
        if is_on:
            self._welcome.leave()
            self._welcome.end_tour()
            self._comparisons.return_bar.hide()
            if not self._comparisons.is_shown:  # which hides panels
                self._layout.remember()
        self._notifications.set_aside(self._arranges_panels)

    def _scale(self, scale: float) -> None:
        self._comparisons.grid.set_text_scale(scale)
        self._stack.setStyleSheet(enlarged_text(scale) if scale != 1 else "")
        self._lesson_dock.set_text_scale(scale)

    def _follow_lessons(self, is_shown: bool) -> None:
        """Open or close the panel of the lessons, after leaving everything else that arranges the panels."""
        self._notifications.set_aside(self._arranges_panels)
        self._widgets.view_bar.keep_labels(is_shown)
        if is_shown:
            self.show_cloud_alone()
        else:
            self._welcome.leave()
        self._presentation.give_way()
        self._lesson_dock.set_open(is_shown)

    def _show_ledger(self, probes: bool) -> None:
        """Open the ledger while the probe is the tool, unless the panels are not the user's own."""
        if not self._arranges_panels:
            self._layout.show_ledger(probes)

    @property
    def _arranges_panels(self) -> bool:
        """Return whether a presentation or the lessons have arranged the panels."""
        return self._presentation.is_on.value or self._lessons.is_shown.value
