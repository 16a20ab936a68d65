"""The widgets that show a training and start it."""

from dataclasses import dataclass

from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status_bar import StatusBar


@dataclass(frozen=True)
class TrainingWidgets:
    """The widgets that the session speaks with."""

    target: TargetPanel
    flow: FlowPanel
    controls: TrainingControls
    losses: LossPlot
    figures: Metrics
    status: StatusBar
