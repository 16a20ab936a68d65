"""The widgets that define and show a training."""

from collections.abc import Callable

from flowviz.app.state.request import RequestState
from flowviz.app.target.importer import TargetImporter
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.commands import TrainingCommands
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status_bar import StatusBar


class TrainingWidgets:
    """The widgets for target, flow, training and losses, and the status bar."""

    def __init__(
        self,
        request: RequestState,
        commands: TrainingCommands,
        importer: Callable[[], TargetImporter],
        learn: Callable[[], object],
        add_beside: Callable[[], object],
    ) -> None:
        """Create widgets that show and change a request; for the functions, see `TargetPanel` and `FlowPanel`."""
        self.target, self.flow = TargetPanel(request, importer, learn), FlowPanel(request, add_beside)
        self.controls, self.loss_plot = TrainingControls(request, commands), LossPlot()
        self.metrics, self.status_bar = Metrics(), StatusBar()
