"""Creation of the lessons: connects their parts to the states of the window."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget

from flowviz.app.export.exports import Exports
from flowviz.app.lessons.lessons import Lessons
from flowviz.app.lessons.observer import Observer
from flowviz.app.lessons.one_dimension_page import OneDimensionPage
from flowviz.app.lessons.opener import Opener
from flowviz.app.lessons.pointer import Pointer
from flowviz.app.lessons.preparation import Preparation
from flowviz.app.lessons.sources import (
    TrainingSource,
    comparison_observations,
    edit_observations,
    is_end_of_playback,
    request_observations,
    view_observations,
)
from flowviz.app.lessons.step_keys import StepKeys
from flowviz.app.lessons.suspect_marks import SuspectMarks
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.workspace.compared import Compared
from flowviz.app.workspace.comparisons import Comparisons
from flowviz.app.workspace.surroundings import Surroundings


def create_lessons(
    window: QMainWindow,
    stack: QStackedWidget,
    cloud: CloudView,
    around: Surroundings,
    comparisons: Comparisons,
    exports: Exports,
    open_panels: Callable[[frozenset[str]], object],
    show_dock: Callable[[QDockWidget], object],
    show_cloud: Callable[[], object],
    leave_presentation: Callable[[], object],
) -> Lessons:
    """Create the lessons of a window, which observe its states and change them.

    Args:
        window: The window.
        stack: The stack of its pages.
        cloud: The cloud.
        around: What surrounds it.
        comparisons: The comparisons.
        exports: The exports.
        open_panels: Opens the panels with these names, and closes the others.
        show_dock: Shows a panel beside the lesson.
        show_cloud: Shows the cloud alone, in which a lesson begins.
        leave_presentation: Called before something is opened because a control cannot be seen.
    """
    view, session, viewer = around.view, around.session, around.viewer
    page, suspects = OneDimensionPage(stack, window), SuspectMarks(cloud, viewer, view)
    observer = _create_observer(window, around, comparisons, exports)
    observer.add(suspects.observations, suspects.changed)
    observer.add(page.observations, page.changed)
    preparation = Preparation(
        view, around.request, session, viewer, around.edits, comparisons.compared, page, suspects, open_panels
    )
    opener = Opener(around.documents.document, session, comparisons, page.set_shown, around.post, window)
    pointer = Pointer(window, show_dock, leave_presentation)
    lessons = Lessons(
        window, around.documents, observer, opener, preparation, pointer, show_cloud,
        around.panels.status_bar.show_message, around.post,
    )  # fmt: skip
    StepKeys(lessons.panel.step.text, stack, page, view, lessons.state)
    return lessons


def _create_observer(
    window: QMainWindow,
    around: Surroundings,
    comparisons: Comparisons,
    exports: Exports,
) -> Observer:
    """Return an observer of the states of the window."""
    observer = Observer(window)
    training = TrainingSource(around.session, around.runner, around.status, around.documents.document)
    view, request, edits, viewer = around.view, around.request, around.edits, around.viewer
    compared, playhead = comparisons.compared, around.viewer.playhead
    observer.add(
        lambda: view_observations(view.value, viewer),
        view.changed,
        viewer.scenes.changed,
        viewer.moment_shown,
        playhead.is_playing.changed,
    )
    observer.add_event("exported", exports.exported)
    observer.add_event("played", playhead.stage_reached, happens=partial(is_end_of_playback, playhead, view))
    observer.add(lambda: request_observations(request.value), request.changed)
    observer.add(
        lambda: {"given": request.plan.flow.given},
        request.changed,
        viewer.moment_shown,
        is_shown=lambda: viewer.scenes.subject.spec.given == request.plan.flow.given,
    )
    observer.add(
        lambda: edit_observations(edits.value),
        edits.changed,
        viewer.moment_shown,
        is_shown=lambda: viewer.scenes.subject.edits == edits.value,
    )
    observer.add(
        training.read,
        around.documents.document.opened,
        around.runner.turn_taken,
        around.status.activity.changed,
        around.session.changed,
        viewer.moment_shown,
    )
    observer.add(
        lambda: comparison_observations(compared.value if compared.value.is_shown else Compared()),
        compared.changed,
    )
    return observer
