"""The widgets that define and show a training."""

from collections.abc import Callable
from dataclasses import dataclass

from flowviz.app.state.request import RequestState
from flowviz.app.target.importer import TargetImporter
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status_bar import StatusBar


@dataclass(frozen=True)
class TrainingWidgets:
    """The widgets for target, flow, training and losses, and the status bar."""

    target: TargetPanel
    flow: FlowPanel
    controls: TrainingControls
    loss_plot: LossPlot
    metrics: Metrics
    status_bar: StatusBar

    @classmethod
    def create(
        cls, request: RequestState, importer: Callable[[], TargetImporter], learn: Callable[[], object]
    ) -> "TrainingWidgets":
        """Create widgets that show and change a request; for the others, see `TargetPanel`."""
        return cls(
            TargetPanel(request, importer, learn), FlowPanel(request), TrainingControls(request), LossPlot(),
            Metrics(), StatusBar(),
        )  # fmt: skip
