"""The flow of a project, built once."""

from typing import TYPE_CHECKING

from flowviz.projects import Project
from flowviz.records import Moment, Weights

if TYPE_CHECKING:
    from flowviz.flows import Flow


class FlowKeeper:
    """Keeps the flow with the weights that were asked for last; for the use of one thread."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._flow: Flow | None = None
        self._weights: Weights | None = None

    def at(self, moment: Moment | None) -> "Flow":
        """The flow as it was at a moment. Loads TensorFlow. Raises `FileError` where the weights do not fit."""
        from flowviz.flows import build_flow

        weights = self._project.weights if moment is None else moment.weights
        if self._flow is None:
            self._flow = build_flow(self._project.flow, weights if weights.parameters else None)
        elif weights is not self._weights:
            self._flow.restore(weights)
        self._weights = weights
        return self._flow
