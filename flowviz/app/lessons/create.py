"""Creation of the lessons: connects their parts to the states of the window."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget

from flowviz.app.document.actions import DocumentActions
from flowviz.app.export.exports import Exports
from flowviz.app.lessons.files import LessonFiles
from flowviz.app.lessons.lessons import Lessons
from flowviz.app.lessons.observer import Observer
from flowviz.app.lessons.one_dimension_page import OneDimensionPage
from flowviz.app.lessons.opener import Opener
from flowviz.app.lessons.panel import LessonPanel
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
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.session import Session
from flowviz.app.training.status import TrainingStatus
from flowviz.app.widgets.motion import Dissolve
from flowviz.app.workspace.compared import Compared
from flowviz.app.workspace.comparisons import Comparisons


def create_lessons(
    window: QMainWindow,
    stack: QStackedWidget,
    panel: LessonPanel,
    cloud: CloudView,
    request: RequestState,
    view: ViewState,
    edits: EditsState,
    viewer: Viewer,
    session: Session,
    runner: TrainingRunner,
    status: TrainingStatus,
    documents: DocumentActions,
    comparisons: Comparisons,
    exports: Exports,
    open_panels: Callable[[frozenset[str]], object],
    show_dock: Callable[[QDockWidget], object],
    motion: Dissolve,
) -> tuple[Lessons, LessonFiles]:
    """Create the lessons of a window, which observe its states and change them."""
    observer = Observer(window)
    playhead = viewer.playhead
    observer.add(
        lambda: view_observations(view.value, viewer),
        view.changed,
        viewer.scenes.changed,
        viewer.moment_shown,
        playhead.playing_changed,
    )
    observer.add_event("exported", exports.exported)
    observer.add_event("played", playhead.stage_reached, happens=partial(is_end_of_playback, playhead, view))
    observer.add(lambda: request_observations(request.value), request.changed)
    observer.add(
        lambda: edit_observations(edits.value),
        edits.changed,
        viewer.moment_shown,
        is_shown=lambda: viewer.scenes.subject.edits == edits.value,
    )
    training = TrainingSource(session, runner, status, documents.document, window)
    observer.add(training.read, training.changed, status.state_shown, session.changed, viewer.moment_shown)
    compared = comparisons.compared
    observer.add(
        lambda: comparison_observations(compared.value if comparisons.is_shown else Compared()),
        comparisons.state_changed,
        compared.changed,
    )
    page = OneDimensionPage(stack, window)
    suspects = SuspectMarks(cloud, viewer, view)
    observer.add(suspects.observations, suspects.changed)
    preparation = Preparation(view, request, session, viewer, edits, compared, page, suspects, open_panels)
    opener = Opener(documents.document, session, comparisons, page.set_shown, window)
    observer.add(page.observations, page.changed)
    pointer = Pointer(window, show_dock, motion)
    panel.step.control_chosen.connect(pointer.point_at)
    lessons = Lessons(window, panel, documents, observer, opener, preparation, page, pointer)
    StepKeys(panel.step.text, stack, page, view, lessons.state)
    files = LessonFiles(window, lessons)
    panel.list.open_requested.connect(files.choose)
    for export in (panel.list.export_results, panel.end.export_results):
        export.clicked.connect(files.export_results)
    lessons.state.watch(lambda value: value.lesson, lambda _: suspects.set_shown(False))  # until a step marks them
    return lessons, files
