"""Queries about the displayed flow, such as densities, grids, inverses and reports, answered in the background."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import rendering
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.figure_maker import DrawnFigure, FigureMaker, FigureRequest
from flowviz.app.pane.subject import Move, Subject
from flowviz.app.state.state import State
from flowviz.app.threads.delay import delayed
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FileError
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.scene_fields import difference, grid_trace, velocity_fields
from flowviz.projects import Project, example
from flowviz.projects.variant import Variant
from flowviz.records import (
    Density,
    Difference,
    FieldGrid,
    Moment,
    Rectangle,
    Scene,
    Score,
    Snapshot,
    StageReport,
    Trace,
    Units,
    VelocityField,
)
from flowviz.records.density import DENSITY_SIDE
from flowviz.records.ledger import Ledger
from flowviz.rendering import Camera, visible_rectangle
from flowviz.specs import FlowSpec, PictureSize, TrainingSpec, ViewSpec
from flowviz.specs.edits import Edits
from flowviz.specs.view import Velocity
from flowviz.targets import Target
from flowviz.targets.best_velocity import best_loss

if TYPE_CHECKING:
    from flowviz.flows.flow import ShownFlow

Answer = TypeVar("Answer")
OnResult = Callable[[Answer], object]
PAST, POSITIONS_NOW, DENSITIES_NOW, SCORE, BEST_LOSS = "particles", "positions", "densities", "score", "best loss"
LASTING = {PAST, POSITIONS_NOW, DENSITIES_NOW, SCORE, BEST_LOSS}  # topics of queries that do not refer to stages
WITHOUT_FLOW = {"thumbnails", "example", BEST_LOSS}  # topics of queries that do not load TensorFlow
REST = 2.0  # during a training, so that queries of each snapshot leave the processor to it and to the picture
SCORE_DELAY_MS = 800  # a score takes seconds, which would delay the picture of the next number of steps
COARSE_SIDE = 40  # cells along the shorter side of a density that follows the mouse
PICTURES_DELAY_MS = 400  # the first thumbnails load numba, which would delay the first paint of the window


class FlowQueries(QObject):
    """Answers queries in three threads: one for the probe under the mouse, one for thumbnails, one for all others.

    Attributes:
        failed_topics: Topics whose latest query has failed.
        is_ready: Whether TensorFlow is loaded, because a flow has answered or is being trained.
    """

    notice_posted = pyqtSignal(object)  # Notice about a failed query; without text when its topic succeeds again

    def __init__(
        self,
        parent: QObject,
        turns: AbstractContextManager[object] | None = None,
        is_ready: State[bool] | None = None,
    ) -> None:
        """Prepare to answer.

        Args:
            parent: The owner.
            turns: A lock that the queries of several flows share to compute one field after the other.
            is_ready: Whether TensorFlow is loaded, which the queries of several flows share as well.
        """
        super().__init__(parent)
        self.failed_topics, self.is_ready = set[str](), is_ready or State(False, self)
        self._loads_nothing = False  # whether the latest query was about a recorded flow
        callbacks = self._on_failed, self._on_succeeded
        self._slow, self._quick = LatestWorker(*callbacks, turns=turns), LatestWorker(*callbacks)
        self._pictures = LatestWorker(*callbacks, start_delay_ms=PICTURES_DELAY_MS)
        self._threads = self._slow, self._quick, self._pictures
        self._keepers = {self._slow: FlowKeeper(), self._quick: FlowKeeper()}
        self._figures, self._subtracted = FigureMaker(self._keepers[self._slow]), FlowKeeper()
        self._delayed: Callable[[], None] = lambda: None  # asks for a score
        self._delay = delayed(self, lambda: self._delayed())

    def density(
        self,
        subject: Subject,
        stage: int,
        particles: Trace,
        camera: Camera,
        size: PictureSize,
        units: Units,
        on_result: OnResult[Density],
    ) -> None:
        """Compute the exact density of a stage over the camera's view; `particles` are those of the base.

        While only their positions are known, the cells are coarse, and computed as soon as possible.
        """
        is_coarse = particles.awaits_densities
        thread, side = (self._quick, COARSE_SIDE) if is_coarse else (self._slow, DENSITY_SIDE)

        def compute(flow: "ShownFlow") -> Density:
            density = flow.density(stage, visible_rectangle(camera.around(stage, size), size), particles, side)
            rendering.prepare_density(density, camera.at(stage, size), size, units)
            return density

        self._ask(thread, "density", subject, compute, on_result)

    def difference(
        self,
        subject: Subject,
        other: Project,
        particles: Trace,
        rectangle: Rectangle,
        names: tuple[str, str],
        on_result: OnResult[Difference],
    ) -> None:
        """Subtract the log-density of another flow at the last stage; `particles` are those that are shown."""

        def compute(flow: "ShownFlow") -> Difference:
            second = self._subtracted.flow(other.flow, other.weights, other.edits)
            return difference(flow, second, particles, rectangle, names)

        self._ask(self._slow, "difference", subject, compute, on_result)

    def grid(self, subject: Subject, on_result: OnResult[Trace]) -> None:
        """Compute the square grid on the base at all stages."""
        self._ask(self._slow, "grid", subject, grid_trace, on_result)

    def velocity(
        self,
        subject: Subject,
        grids: tuple[FieldGrid, ...],
        of: Velocity,
        target: Target | None,
        on_result: OnResult[tuple[VelocityField, ...]],
    ) -> None:
        """Compute the velocity field of each stage after the base, as `velocity_fields` does."""
        self._ask(self._slow, "velocity", subject, lambda flow: velocity_fields(flow, grids, of, target), on_result)

    def best_loss(self, target: Target, flow: FlowSpec, on_result: OnResult[float | None]) -> None:
        """Compute the lowest possible regression loss of a flow. Queries of the displayed flow do not discard it."""
        self._slow.ask(BEST_LOSS, partial(best_loss, target, flow), on_result)

    def encoded(self, subject: Subject, target: Target, on_result: OnResult[Trace]) -> None:
        """Pull a fixed sample of the target back through all stages."""
        self._slow.ask("encoding", partial(self._figures.encoded, subject, target), on_result)

    def figure(self, asked: FigureRequest, on_result: OnResult[DrawnFigure]) -> None:
        """Draw a figure that compares both directions of the flow."""
        self._slow.ask("figure", lambda: self._figures.drawn(asked), on_result)

    def mean_ledger(self, subject: Subject, target: Target, units: Units, on_result: OnResult[Ledger]) -> None:
        """Compute the mean ledger of points of the target that no flow is trained on."""
        self._slow.ask("ledger", lambda: Ledger.mean_of(self._figures.encoded(subject, target), units), on_result)

    def followed(
        self,
        variant: Variant,
        particles: Trace,
        moment: Moment,
        on_result: OnResult[Snapshot],
    ) -> None:
        """Move the particles of a trace through the flow as it was at an earlier moment of its training."""

        def compute(flow: "ShownFlow") -> Snapshot:
            return _moved(moment, flow.trace(particles.particles_of(flow.base)), None)

        self._ask(self._slow, PAST, Subject.of(variant, moment.weights), compute, on_result)

    def integrated(
        self,
        variant: Variant,
        particles: NDArray[np.float32],
        moment: Moment,
        target: Target | None,
        on_result: OnResult[Snapshot],
    ) -> None:
        """Move particles (n, 2) of the base through a flow with the weights of a moment.

        Without a target, the shares of the particles on the target are those of the moment.
        """
        subject, reached = Subject.of(variant, moment.weights), target and target.given(variant.flow.given)
        self._ask(
            self._slow, DENSITIES_NOW, subject, lambda flow: _moved(moment, flow.trace(particles), reached), on_result
        )

    def positions(
        self,
        variant: Variant,
        move: Move,
        moment: Moment,
        target: Target | None,
        on_result: OnResult[Snapshot],
    ) -> None:
        """Move particles as soon as possible, and leave their log-determinants unknown.

        Without a target, or if they do not reach the last stage, their shares on the target are those of the moment.
        """
        reached = target and target.given(variant.flow.given)

        def compute(flow: "ShownFlow") -> Snapshot:
            last = len(flow.stages)
            if move.trace.names != flow.spec.stage_names():
                return _moved(moment, flow.trace_positions(move.trace.positions[0]), reached)
            until = last if move.last is None else min(move.last, last)
            return _moved(moment, flow.move(move.trace, move.first, until), reached if until == last else None)

        self._ask(self._quick, POSITIONS_NOW, Subject.of(variant, moment.weights), compute, on_result)

    def prepare(self, subject: Subject, particles: NDArray[np.float32]) -> None:
        """Load TensorFlow, and trace what moves particles (n, 2) by a condition of the flow, and by its edits."""

        def compute(flow: "ShownFlow", *, quickly: bool) -> None:
            for edits in (Edits(), subject.edits) if subject.spec.condition else (subject.edits,):
                flow.edit(edits)
                (flow.trace_positions if quickly else flow.trace)(particles)

        for thread in (self._quick, self._slow):
            self._ask(thread, "editing", subject, partial(compute, quickly=thread is self._quick), lambda _: None)

    def scored(
        self, subject: Subject, step: int, target: Target, training: TrainingSpec, on_result: OnResult[Score]
    ) -> None:
        """Score a flow with the weights of a step of its training.

        That of a flow with an integrator takes long, and waits until no other one has been asked for a while.
        """

        def compute(flow: "ShownFlow") -> Score:
            from flowviz.training.scoring import score_of

            return score_of(flow, target, training, step)

        self._delayed = partial(self._ask, self._slow, SCORE, subject, compute, on_result)
        self._delay.start(SCORE_DELAY_MS if subject.spec.recipe.is_continuous else 0)

    def report(self, subject: Subject, stage: int, trace: Trace, on_result: OnResult[StageReport]) -> None:
        """Describe a stage: its formula, its numbers, and its curves over the range of the particles."""
        self._ask(self._slow, "report", subject, lambda flow: flow.report(stage, trace), on_result)

    def follow(
        self,
        topic: Literal["probe", "points"],
        subject: Subject,
        points: Sequence[tuple[float, float]],
        stage: int,
        on_result: OnResult[Trace],
    ) -> None:
        """Follow points (x, y) at a stage through all other stages."""
        self._ask(self._quick, topic, subject, lambda flow: flow.trace_through(np.array(points), stage), on_result)

    def thumbnails(
        self, scene: Scene, view: ViewSpec, side: int, stages: Sequence[int], on_result: OnResult[NDArray[np.uint8]]
    ) -> None:
        """Draw a picture of each of the stages with a side of `side` pixels."""
        self._pictures.ask("thumbnails", lambda: rendering.render_thumbnails(scene, view, side, stages), on_result)

    def example(self, name: str, on_result: OnResult[Trace | None]) -> None:
        """Load the particles of an example of the gallery. None if its file is missing or damaged."""
        self._quick.ask("example", partial(_example_trace, name), on_result)

    def give_way(self, gives_way: bool) -> None:
        """Leave most of the processor to a training, or else answer as soon as possible."""
        self._slow.rest = self._pictures.rest = REST if gives_way else 0.0

    def drop(self) -> None:
        """Discard all queries and clear the notices about failed ones.

        Thumbnails and the best loss are kept: they are asked for again only if the particles or the target change.
        """
        self._delay.stop()
        self._drop({"thumbnails", BEST_LOSS})

    def drop_stages(self) -> None:
        """Discard all queries that refer to stages, which another integrator replaces, and clear their notices."""
        self._drop(LASTING)

    def close(self) -> None:
        """End all threads after their current queries."""
        self._delay.stop()
        for thread in self._threads:
            thread.close()

    def _drop(self, kept: Collection[str]) -> None:
        for thread in self._threads:
            thread.drop(kept)
        for topic in self.failed_topics - set(kept):
            self._clear_failure(topic)

    def _on_failed(self, notice: Notice) -> None:
        self.failed_topics.add(notice.topic)
        self.notice_posted.emit(notice)

    def _on_succeeded(self, topic: str) -> None:
        self._clear_failure(topic)
        if topic not in WITHOUT_FLOW and not self._loads_nothing:
            self.is_ready.set(True)

    def _clear_failure(self, topic: str) -> None:
        if topic in self.failed_topics:
            self.failed_topics.remove(topic)
            self.notice_posted.emit(Notice(topic))

    def _ask(
        self,
        thread: LatestWorker,
        topic: str,
        subject: Subject,
        compute: "Callable[[ShownFlow], Answer]",
        on_result: OnResult[Answer],
    ) -> None:
        keeper, self._loads_nothing = self._keepers[thread], subject.spec.is_recorded
        thread.ask(topic, lambda: compute(keeper.flow(subject.spec, subject.weights, subject.edits)), on_result)


def _example_trace(name: str) -> Trace | None:
    try:
        trace = example(name).project().trace
    except FileError:
        return None
    trace.measure()
    return trace


def _moved(moment: Moment, trace: Trace, target: Target | None) -> Snapshot:
    """Return a moment with the trace of other particles."""
    trace.measure()
    log_density = trace.log_density(-1) if trace.has_densities else None
    hits = target.hits(trace.positions[-1], log_density) if target else moment.hits
    return Snapshot(moment.step, moment.weights, trace=trace, **hits)
