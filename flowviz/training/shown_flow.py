"""The flow that a training shows, which may have another integrator and other edits than the one that is trained."""

from flowviz.flows import Flow, build_flow
from flowviz.projects.variant import Variant
from flowviz.records import Snapshot
from flowviz.targets import Target


class ShownFlow:
    """The flow of snapshots and of the final score. All other metrics are those of the trained flow.

    The trained flow has the integrator of its recipe, unless it is edited: edits belong to the steps of an integrator.
    """

    def __init__(self, flow: Flow) -> None:
        usual = flow.spec.at_first_value() if flow.edits else flow.spec.as_trained()
        self.trained = flow if flow.spec == usual else build_flow(usual, flow.weights(), edits=flow.edits)
        self._shown = flow
        self._start = _variant_of(flow)

    @property
    def is_trained(self) -> bool:
        """Return whether the shown flow is the trained one."""
        return self._shown is self.trained

    def show(self, variant: Variant | None) -> None:
        """Show another variant of the flow from now on, unless it is None."""
        if variant is None or variant == _variant_of(self._shown):
            return
        is_trained = variant == _variant_of(self.trained)
        self._shown = self.trained if is_trained else build_flow(variant.flow, edits=variant.edits)

    def show_as_trained(self, variant: Variant | None) -> None:
        """Show another variant, or the present one if it is None, with the edits that are part of the training."""
        self.show((variant or _variant_of(self._shown)).as_trained(self._start))

    def compile_trace(self) -> None:
        """Compile the traces of the flow that is shown now, and of no other variant; see `Flow.compile_trace`."""
        self._shown.compile_trace()

    def snapshot(self, step: int, target: Target) -> Snapshot:
        """Return the particles of the shown flow at a step of the training, and how well they hit a target."""
        shown = self.in_sync()
        trace = shown.trace(shown.particles())
        hits = target.given(shown.spec.given).hits(trace.positions[-1], trace.log_density(-1))
        return Snapshot(step, self.trained.weights(), trace=trace, **hits)

    def in_sync(self) -> Flow:
        """Return the shown flow with the present numbers."""
        if not self.is_trained:
            self._shown.restore(self.trained.weights())
        return self._shown


def _variant_of(flow: Flow) -> Variant:
    return Variant(flow.spec, flow.edits)
