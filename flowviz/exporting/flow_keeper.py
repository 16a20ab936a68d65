"""A cache for the flow of a project."""

from typing import TYPE_CHECKING

from flowviz.records import Weights
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits

if TYPE_CHECKING:
    from flowviz.flows.flow import ShownFlow


class FlowKeeper:
    """A cache of the most recently used flow and its weights. Not thread-safe."""

    def __init__(self) -> None:
        self._flow: ShownFlow | None = None
        self._weights: Weights | None = None

    def flow(self, spec: FlowSpec, weights: Weights | None, edits: Edits | None = None) -> "ShownFlow":
        """Return a flow with given weights, building it only if necessary. Loads TensorFlow, unless it was recorded.

        Args:
            spec: The description of the flow.
            weights: The weights. If they are missing or empty, the flow is freshly initialized.
            edits: The edits of its layers, if any.

        Raises:
            FileError: If the weights do not fit the flow.
            SpecError: If the edits do not fit the flow.
        """
        given = weights if weights and weights.parameters else None
        flow = self._flow
        if not isinstance(flow, RecordedFlow | None) and flow.spec != spec and flow.spec.told_as(spec) == spec:
            flow.show_as(spec)
        if self._flow is None or self._flow.spec != spec or (given is None and self._weights is not None):
            self._flow = _built(spec, given)
        elif given is not None and given is not self._weights:
            self._flow.restore(given)
        self._weights = given
        if self._flow.edits != (wanted := edits or Edits()):
            self._flow.edit(wanted)
        return self._flow


def _built(spec: FlowSpec, weights: Weights | None) -> "ShownFlow":
    if spec.is_recorded:
        return RecordedFlow(spec, weights or Weights({}, {}))
    from flowviz.flows import build_flow

    return build_flow(spec, weights)
