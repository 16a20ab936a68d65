"""The evaluation of the functions of a chain with the present numbers of its flow."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from flowviz import compile_cache
from flowviz.flows.bumps import edit_arrays
from flowviz.flows.chain import Chain, Numbers
from flowviz.flows.forked import check_not_forked
from flowviz.flows.graphs import ChainGraphs
from flowviz.flows.machine import OUT_OF_MEMORY
from flowviz.flows.network import FINE_KNOTS
from flowviz.machine import return_memory
from flowviz.records import Base, Trace, checked_points, checked_stage
from flowviz.specs.edits import Edits

log = logging.getLogger(__name__)
MANY = 2 * FINE_KNOTS  # number of points above which tables are faster than networks


class Evaluator:
    """Evaluates the functions of a chain with the present numbers of its flow, and with edits of its layers.

    Functions of `Chain` are given by name. Points are (n, 2); large arrays are processed in chunks to limit memory.

    Attributes:
        edits: The edits.
    """

    def __init__(self, chain: Chain, parameters: tf.Variable, statistics: tf.Variable) -> None:
        """Create an evaluator of a chain without edits; the flat vectors may change afterwards."""
        self._chain, self._parameters, self._statistics = chain, parameters, statistics
        self._graphs = ChainGraphs.shared(chain)
        self.edits = Edits()
        self._compiled: tuple[int, Edits] | None = None  # the number of points and the edits of `compiled_trace`

    def numbers(self, dtype: tf.DType | None = None, edits: Edits | None = None) -> Numbers:
        """Return the present numbers, rounded to the type of the flow and then converted to another one, if given."""
        check_not_forked()
        edits, own = self.edits if edits is None else edits, self._parameters.dtype
        arrays = self._chain.constants, *(edit_arrays(edits, len(self._chain.stages)) if edits else ())
        constants = (tf.constant(array, own) for array in arrays)
        numbers = self._parameters.read_value(), self._statistics.read_value(), *constants
        return tuple(tf.cast(each, dtype or own) for each in numbers)

    def at_once(
        self, name: str, points: NDArray[Any], stage: int, dtype: tf.DType, edits: Edits | None = None
    ) -> list[NDArray[Any]]:
        """Return the results of a function of the chain at a stage for all points, computed in a type.

        Args:
            name: Name of the function.
            points: The points.
            stage: Number of the stage.
            dtype: The type.
            edits: Edits in place of the present ones, if given.
        """
        return self._graphs.evaluate(name, self.numbers(dtype, edits), points, stage)

    def in_parts(self, name: str, points: ArrayLike, stage: int | None = None) -> Iterator[list[NDArray[Any]]]:
        """Yield the results of a function of the chain for consecutive chunks of points.

        Raises:
            SpecError: If the shape of the points is not (n, 2), or if there is no such stage.
        """
        checked = None if stage is None else checked_stage(stage, len(self._chain.stages))
        return self._graphs.in_parts(name, self.numbers(), checked_points(points), checked)

    def joined(self, name: str, points: ArrayLike, stage: int | None = None) -> NDArray[Any]:
        """Return the only result of a function of the chain for all points; see `in_parts`."""
        return np.concatenate([found for [found] in self.in_parts(name, points, stage)])

    def log_prob_given(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the log-densities (n,) at rows (n, 2 + k): points, each with the inputs for its condition."""
        return np.concatenate([found for [found] in self._graphs.in_parts("log_prob", self.numbers(), rows)])

    def moved(self, points: NDArray[Any], first: int, last: int) -> NDArray[np.float32]:
        """Return the positions (k, n, 2) of points after each of the stages from `first` to `last`.

        Those of more than MANY points are approximate. XLA computes them three times as fast, but it would have to
        compile them again for each number of bumps, and it is slower for velocity fields.
        """
        if len(points) <= MANY:
            return self._moved("positions", points, (first, last))
        is_whole = (first, last) == (1, len(self._chain.stages))
        if self._compiles and is_whole and not self.edits:
            try:
                return self._moved("all_near_positions", points)
            except tf.errors.OpError:  # the type depends on XLA, which may also be missing from this TensorFlow
                log.exception("XLA does not compile")
                self._graphs.compiles = False
        return self._moved("near_positions", points, (first, last))

    def _moved(self, name: str, points: NDArray[Any], stages: tuple[int, int] | None = None) -> NDArray[np.float32]:
        parts = self._graphs.in_parts(name, self.numbers(), checked_points(points), stages)
        return np.concatenate([found for [found] in parts], axis=1)

    def compile_trace(self, points: NDArray[Any]) -> None:
        """Compile the trace for this number of points with XLA, if possible, and use it from now on.

        This takes a second or two, during which other threads may evaluate functions that have been traced. Traces then
        take a quarter to half of the time; they differ by rounding. Errors are only logged, because traces work without
        XLA. Unless memory was short, XLA is then no longer used for this kind of flow.
        """
        if not self._compiles or any(stage.can_fold for stage in self._chain.stages):
            return
        edits = self.edits
        try:
            self._graphs.evaluate("compiled_trace", self.numbers(edits=edits), points)
            self._compiled = len(points), edits
            compile_cache.seal_new()
        except Exception as error:
            log.exception("the trace is not compiled")
            if isinstance(error, tf.errors.OpError) and not isinstance(error, OUT_OF_MEMORY):
                self._graphs.compiles = False
        finally:
            return_memory()

    @property
    def _compiles(self) -> bool:
        """Return whether XLA can compile the functions of the chain, as far as is known. It cannot if shapes vary."""
        return self._graphs.compiles and not self._chain.is_uniform

    def traced(self, name: str, points: ArrayLike, base: Base, stage: int | None = None) -> Trace:
        """Return the result of a function of the chain that follows points through all stages; see `in_parts`."""
        points = checked_points(points)
        if name == "trace" and (len(points), self.edits) == self._compiled:
            try:
                return self._traced("compiled_trace", points, base)
            except tf.errors.OpError:  # such as too little memory, which may be enough for the plain graph
                log.exception("the compiled trace is no longer used")
                self._compiled = None
        return self._traced(name, points, base, stage)

    def _traced(self, name: str, points: NDArray[Any], base: Base, stage: int | None = None) -> Trace:
        names = self._chain.spec.stage_names()
        trace = Trace.joined([Trace(names, *found, base=base) for found in self.in_parts(name, points, stage)])
        return trace if trace.folded is None or trace.folded.any() else replace(trace, folded=None)
