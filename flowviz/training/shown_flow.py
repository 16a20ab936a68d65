"""The flow that a training shows, which may have another integrator than the one that is trained."""

from flowviz.flows import Flow, build_flow
from flowviz.specs import FlowSpec


class ShownFlow:
    """The flow of snapshots and of the final score. All other metrics are those of the trained flow.

    The trained flow has the integrator of its recipe, unless it is edited: edits belong to the steps of an integrator.
    """

    def __init__(self, flow: Flow) -> None:
        usual = flow.spec.as_trained()
        self.trained = flow if flow.edits or flow.spec == usual else build_flow(usual, flow.weights())
        self._shown = flow

    @property
    def is_trained(self) -> bool:
        """Return whether the shown flow is the trained one."""
        return self._shown is self.trained

    def integrate(self, spec: FlowSpec | None) -> None:
        """Show the flow with the integrator of a spec from now on, unless it is None, or the flow is edited."""
        if spec is not None and spec != self._shown.spec and not self.trained.edits:
            self._shown = self.trained if spec == self.trained.spec else build_flow(spec)

    def in_sync(self) -> Flow:
        """Return the shown flow with the present numbers."""
        if not self.is_trained:
            self._shown.restore(self.trained.weights())
        return self._shown
