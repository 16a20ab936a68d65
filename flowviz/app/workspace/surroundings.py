"""The parts of the window that a comparison shares with the flow of the window."""

from collections.abc import Callable
from dataclasses import dataclass

from flowviz.app.document.actions import DocumentActions
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.session import Session
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.widgets import TrainingWidgets


@dataclass(frozen=True)
class Surroundings:
    """The panels, the states and the controllers of a window."""

    center: CentralWidget
    panels: TrainingWidgets
    request: RequestState
    view: ViewState
    edits: EditsState
    builder: TargetBuilder
    session: Session
    viewer: Viewer
    runner: TrainingRunner
    status: TrainingStatus
    documents: DocumentActions
    post: Callable[[Notice], object]
