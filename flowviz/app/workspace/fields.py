"""Densities, differences, grids and velocities of all clouds, computed in the background while no flow is trained."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.threads.delay import delayed
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.scene_fields import completed, difference, probe_trace, without_unknown_marks
from flowviz.projects import Project
from flowviz.records import FLOW_UNITS, Scene, Trace
from flowviz.records.trace import PARTICLES
from flowviz.rendering import Camera, prepare_density, swept_grids, visible_rectangle
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import FIELDS
from flowviz.targets import untrained_points

if TYPE_CHECKING:
    from flowviz.flows.flow import ShownFlow

Place = tuple[int, tuple[float, float]]  # a stage, and a point (x, y) at it
DELAY_MS = 60  # many changes of the camera lead to one query


@dataclass(frozen=True)
class FieldQuery:
    """Request for the fields that a view of a cloud shows at a stage, for a picture of the given size in pixels.

    Attributes:
        run: The entrant.
        stage: The stage.
        view: The view.
        size: The size of the picture.
        other: The entrant whose log-density is subtracted at the last stage. None to subtract none.
        encodes: Whether to show points of the target, pulled back to the base, in place of particles of the base.
    """

    run: EntrantRun
    stage: int
    view: ViewSpec
    size: PictureSize
    other: EntrantRun | None = None
    encodes: bool = False

    @property
    def asks(self) -> bool:
        """Return whether there is anything to compute."""
        return bool(self.view.marks & FIELDS) or self.other is not None or self.encodes

    def is_answered_by(self, other: "FieldQuery | None") -> bool:
        """Return whether the answer to another query includes all fields of this one."""
        if other is None or self._traces != other._traces:
            return False
        asked = [
            (each.stage, each.view.center, each.view.half_extent, each.view.velocity, each.size, each.encodes)
            for each in (self, other)
        ]
        return asked[0] == asked[1] and self.view.marks & FIELDS <= other.view.marks

    @property
    def _traces(self) -> list[int]:
        """Identify the states of both flows."""
        return [id(run.project.trace) for run in (self.run, self.other) if run is not None]


class CloudFields(QObject):
    """Computes the fields of one cloud after the other, and keeps the latest fields of each entrant."""

    computed = pyqtSignal(int)  # style of the entrant

    def __init__(self, post: Callable[[Notice], object], parent: QObject, worker: LatestWorker | None = None) -> None:
        """Prepare to compute; `post` shows a notice of what cannot be computed."""
        super().__init__(parent)
        self._worker, self._quick = worker or LatestWorker(post), LatestWorker(post)
        self._keepers: dict[int, FlowKeeper] = {}  # by the style of the entrant, like the others
        self._waiting: dict[int, FieldQuery] = {}
        self._asked: dict[int, FieldQuery] = {}
        self._found: dict[int, tuple[FieldQuery, Scene]] = {}
        self._quick_keepers: dict[int, FlowKeeper] = {}
        self._probes: dict[int, tuple[Place, Project, Trace | None]] = {}
        self._delay = delayed(self, self._ask, DELAY_MS)

    def completed(self, scene: Scene, style: int, *, encodes: bool = False) -> Scene:
        """Return the scene of an entrant with those fields of its particles that have been computed."""
        query, found = self._found.get(style, (None, scene))
        if query is None or query.run.project.trace is not scene.trace or query.encodes != encodes:
            return scene
        if encodes:
            scene = replace(scene, trace=found.trace, selection=None, leaked=None, log_weights=None)
        return replace(
            scene, density=found.density, grid=found.grid, velocities=found.velocities, difference=found.difference
        )

    def query(self, query: FieldQuery) -> None:
        """Compute the fields that a view shows, unless that has been done or requested before."""
        style = query.run.style
        if query.asks and not query.is_answered_by(self._asked.get(style)):
            self._waiting[style] = query
            if not self._delay.isActive():
                self._delay.start()

    def probe(self, run: EntrantRun, place: Place) -> Trace | None:
        """Return the path of a point through the flow of an entrant. None until it has been computed.

        Args:
            run: The entrant.
            place: A stage, and the point at this stage.
        """
        style, project = run.style, run.project
        asked, at, known = self._probes.get(style, (None, project, None))
        is_same = (at.weights is project.weights, at.edits, at.flow) == (True, project.edits, project.flow)
        if asked != place or not is_same:
            known = known if is_same else None
            self._probes[style] = place, project, known
            keeper = self._quick_keepers.setdefault(style, FlowKeeper())
            take = partial(self._take_probe, style, place, project)
            self._quick.ask(f"probe {style}", lambda: probe_trace(_flow(project, keeper), place), take)
        return known

    def _take_probe(self, style: int, place: Place, project: Project, found: Trace) -> None:
        asked, at, _ = self._probes.get(style, (None, project, None))
        if asked == place and at is project:
            self._probes[style] = place, project, found
            self.computed.emit(style)

    def drop(self) -> None:
        """Forget all queries, because the flows are about to change."""
        self._worker.drop()
        self._quick.drop()
        self._delay.stop()
        for kept in (self._waiting, self._asked, self._found, self._probes):
            kept.clear()

    def close(self) -> None:
        """End the thread after the current query."""
        self._delay.stop()
        self._worker.close()
        self._quick.close()

    def _ask(self) -> None:
        for style, query in self._waiting.items():
            self._asked[style] = query
            known = self.completed(Scene(query.run.project.trace), style, encodes=query.encodes)
            runs = [run for run in (query.run, query.other) if run is not None]
            keepers = [self._keepers.setdefault(run.style, FlowKeeper()) for run in runs]
            self._worker.ask(f"fields {style}", _computation(query, keepers, known), partial(self._take, query))
        self._waiting.clear()

    def _take(self, query: FieldQuery, scene: Scene) -> None:
        self._found[query.run.style] = query, scene
        self.computed.emit(query.run.style)


def can_query(compared: Compared) -> bool:
    """Return whether fields are computed now: during a training, they would take the time of the flows."""
    return compared.state in {TrainingState.IDLE, TrainingState.PAUSED}


def _computation(query: FieldQuery, keepers: list[FlowKeeper], known: Scene) -> Callable[[], Scene]:
    def compute() -> Scene:
        project, size = query.run.project, query.size
        trace, view = project.trace, without_unknown_marks(query.view, project)
        if query.other is not None:
            view = view.model_copy(update={"marks": view.marks - {"density"}})  # the difference takes its place
        target = query.run.built.target.given(project.flow.given) if query.run.built else None
        around, swept = visible_rectangle(view, size), swept_grids(Camera(view), trace.last_stage, size)
        flow, scene = _flow(query.run.project, keepers[0]), known
        if query.encodes and not project.flow.is_recorded and known.trace is trace and target is not None:
            scene = replace(scene, trace=flow.encoded(untrained_points(target, PARTICLES)))
            scene.trace.measure()
        scene = completed(flow, replace(scene, velocities=None), query.stage, view, around, None, swept, target)
        if query.other is not None and query.stage == trace.last_stage:
            names = query.run.name, query.other.name
            found = difference(flow, _flow(query.other.project, keepers[1]), trace, around, names)
            scene = replace(scene, difference=found)
        if scene.density is not None:
            prepare_density(scene.density, view, size, FLOW_UNITS)
        return scene

    return compute


def _flow(project: Project, keeper: FlowKeeper) -> "ShownFlow":
    return keeper.flow(project.flow, project.weights, project.edits)
