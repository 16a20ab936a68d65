"""The lowest possible regression loss, computed in the background for the target and the flow that are shown."""

from flowviz.app.pane.viewer import Viewer
from flowviz.app.training.loss_plot import LossPlot


class BestLoss:
    """Shows the best regression loss of flow matching in the loss plot, whenever another target or flow is shown."""

    def __init__(self, viewer: Viewer, plot: LossPlot) -> None:
        self._viewer, self._plot = viewer, plot
        self._shown: object = None  # all that the loss depends on
        viewer.moment_shown.connect(lambda *_: self._update())

    def _update(self) -> None:
        """Hide the loss of another target or flow, and compute the one for those that are shown."""
        target, flow = self._viewer.scenes.target, self._viewer.scenes.subject.spec
        shown = target, flow.family, flow.pairing, flow.base, flow.components, flow.arrangement
        if shown != self._shown:
            self._shown = shown
            self._plot.show_best(None)
            if target is not None and flow.recipe.is_continuous:
                self._viewer.queries.best_loss(target, flow, lambda best: self._show(shown, best))

    def _show(self, asked: object, best: float | None) -> None:
        if asked == self._shown:
            self._plot.show_best(best)
