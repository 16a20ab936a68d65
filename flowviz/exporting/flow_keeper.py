"""A flow that is built once."""

from typing import TYPE_CHECKING

from flowviz.records import Weights
from flowviz.specs import FlowSpec

if TYPE_CHECKING:
    from flowviz.flows import Flow


class FlowKeeper:
    """Keeps the flow with the weights that were asked for last; for the use of one thread."""

    def __init__(self) -> None:
        self._flow: Flow | None = None
        self._weights: Weights | None = None

    def flow(self, spec: FlowSpec, weights: Weights | None) -> "Flow":
        """The flow of that spec with its weights, freshly initialized where there are none. Loads TensorFlow.

        Raises `FileError` where the weights do not fit.
        """
        from flowviz.flows import build_flow

        given = weights if weights and weights.parameters else None
        if self._flow is None or self._flow.spec != spec or (given is None and self._weights is not None):
            self._flow = build_flow(spec, given)
        elif given is not None and given is not self._weights:
            self._flow.restore(given)
        self._weights = given
        return self._flow
