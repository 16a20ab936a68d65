"""Graphs of the functions of a chain, which all flows of one kind share."""

from collections import deque
from collections.abc import Iterator
from functools import partial
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.bumps import COLUMNS
from flowviz.flows.chain import Chain, Numbers
from flowviz.flows.stage import Stage
from flowviz.flows.stored_graphs import Graph, stored_or_traced
from flowviz.records import slices
from flowviz.specs import FlowSpec

AT_STAGE = "trace_through", "forward_at", "velocity", "final_velocity", "log_density"  # functions that take a stage
BETWEEN_STAGES = "positions", "near_positions"  # functions that take the first stage and the last one
STAGES = {name: tf.TensorSpec([], tf.int32) for name in AT_STAGE} | {
    name: tf.TensorSpec([2], tf.int32) for name in BETWEEN_STAGES
}
COMPILED = "all_near_positions", "compiled_trace"  # functions that XLA compiles, in one or two seconds each
StageNumbers = int | tuple[int, int] | None

GUIDED = 2.0  # in the keys of graphs, which all guided flows share
RECENT = 16  # number of kinds whose graphs are kept when no flow uses them, because tracing takes seconds

Kind = tuple[FlowSpec, tuple[str, ...], tuple[type[Stage], ...]]

_of_kind: WeakValueDictionary[Kind, "ChainGraphs"] = WeakValueDictionary()
_recent = deque["ChainGraphs"](maxlen=RECENT)
_sharing, _tracing = Lock(), Lock()


class ChainGraphs:
    """Evaluates the functions of a chain, each of which is traced at its first call.

    Numbers are the tensors of parameters, statistics and constants. Their type is that in which functions compute.
    Those of an edited flow are followed by its edits, for which the function is traced a second time.

    Attributes:
        compiles: Whether XLA compiles the graphs of this kind, as far as is known.
    """

    def __init__(self, chain: Chain, spec: FlowSpec) -> None:
        self.compiles = True
        self._chain, self._spec = chain, spec
        self._graphs: dict[tuple[str, tf.DType, int, int], Graph] = {}

    @classmethod
    def shared(cls, chain: Chain) -> "ChainGraphs":
        """Return the graphs for a chain. All chains of a kind share the graphs of the first one.

        Graphs are kept while a flow of their kind exists or their kind is among the most recent ones. The graphs of one
        architecture take 8 MB, of which TensorFlow 2.21 frees only a third, because it keeps the functions that a graph
        calls.

        The graphs depend on the kind of chain: a part of the spec, the names of the stages if they differ in more than
        their constants, and the classes of the stages.
        """
        guidance = GUIDED if chain.spec.guides_particles else 1.0
        any_of_kind: dict[str, Any] = {"seed": 0, "given": None, "leave_out": 0.0, "guidance": guidance}
        if chain.is_uniform:
            any_of_kind |= {"pairing": None, "integrator_steps": None}
        spec = chain.spec.model_copy(update=any_of_kind)
        names = () if chain.is_uniform else chain.spec.stage_names()
        kind = spec, names, tuple({type(stage): None for stage in chain.stages})
        with _sharing:
            found = _of_kind.setdefault(kind, cls(chain, spec))
            if found in _recent:
                _recent.remove(found)
            _recent.append(found)
        return found

    def evaluate(
        self, name: str, numbers: Numbers, points: NDArray[Any], stage: StageNumbers = None
    ) -> list[NDArray[Any]]:
        """Return the results of a function of the chain.

        Args:
            name: Name of the function.
            numbers: Numbers of the flow.
            points: Points (n, 2), or rows.
            stage: Number of the stage, or of the first and the last one; None for functions that take none.
        """
        dtype = numbers[0].dtype
        at = [] if stage is None else [tf.constant(stage, tf.int32)]
        found = self._graph(name, numbers, points.shape[1])(*numbers, tf.convert_to_tensor(points, dtype), *at)
        return [np.array(each) for each in found]

    def in_parts(
        self, name: str, numbers: Numbers, points: NDArray[Any], stage: StageNumbers = None
    ) -> Iterator[list[NDArray[Any]]]:
        """Yield the results for consecutive chunks of points (n, 2), or rows; see `evaluate`."""
        for some in slices(len(points)):
            yield self.evaluate(name, numbers, points[some], stage)

    def _graph(self, name: str, numbers: Numbers, columns: int) -> Graph:
        key = name, numbers[0].dtype, len(numbers), columns
        if key not in self._graphs:
            with _tracing:  # a second thread that needs the graph waits until it is traced
                if key not in self._graphs:
                    self._graphs[key] = self._traced(name, numbers, columns)
        return self._graphs[key]

    def _traced(self, name: str, numbers: Numbers, columns: int) -> Graph:
        """Trace a function of the chain, or load its stored graph. Functions in `STAGES` also take a stage, or two.

        Returns a concrete function, because TensorFlow warns if one `tf.function` is traced for many flows.
        """
        chain, dtype = self._chain, numbers[0].dtype
        function = getattr(chain, name)
        parameters, statistics, constants = (each.shape for each in numbers[:3])
        count = None if chain.is_uniform else constants[0]
        edits = [[count], [count, None, COLUMNS]] if numbers[3:] else []
        shapes = [parameters, statistics, [count, constants[1]], *edits, [None, columns]]
        signature = [*(tf.TensorSpec(shape, dtype) for shape in shapes), *([STAGES[name]] if name in STAGES else [])]
        names = () if chain.is_uniform else chain.spec.stage_names()
        key = f"{name} {signature} {self._spec.model_dump_json()} {names}"
        count = len(numbers)
        flat = tf.function(
            lambda *given: function(given[:count], *given[count:]),
            autograph=False,
            jit_compile=name in COMPILED or None,
        )
        trace = partial(flat.get_concrete_function, *signature)
        [found] = stored_or_traced(key, lambda: [trace()], signature, self._spec)
        return found
