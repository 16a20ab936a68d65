"""The scene of an entrant whose pane is not selected."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.notices.notice import Notice
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.pane.subject import Subject
from flowviz.app.state.memo import are_same
from flowviz.app.state.state import State
from flowviz.app.state.view import View, ViewState
from flowviz.app.threads.delay import delayed
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.projects.variant import Variant
from flowviz.records import Snapshot
from flowviz.rendering import Camera
from flowviz.specs import PictureSize
from flowviz.specs.view import FIELDS

DELAY_MS = 60  # many changes of the camera lead to one query


class EntrantScene(QObject):
    """Keeps the scene of an entrant up to date with its training and with the view that fits its flow.

    Attributes:
        scenes: Everything that the picture shows.
    """

    def __init__(
        self,
        turns: AbstractContextManager[object],
        is_ready: State[bool],
        post: Callable[[Notice], object],
        redraw: Callable[[], object],
        keep: Callable[[EntrantRun, Variant, Snapshot], object],
        parent: QObject,
    ) -> None:
        """Prepare to show an entrant.

        Args:
            turns: A lock that all entrants share to compute one field after the other.
            is_ready: Whether TensorFlow is loaded.
            post: Shows a notice of what cannot be computed.
            redraw: Draws the scene again.
            keep: Keeps the particles of the variant that is requested of an entrant.
            parent: The owner.
        """
        super().__init__(parent)
        self._view, self._queries = ViewState(self), FlowQueries(self, turns, is_ready)
        self.scenes = SceneModel(self._view, self._queries, self)
        self._keep = keep
        self._shown: Sequence[object] = ()
        self._awaiting: EntrantRun | None = None  # while the particles of the moment to show are being computed
        self._size = PictureSize()
        self._delay = delayed(
            self, lambda: self.scenes.query_fields(Camera(self._view.seen.view), self._size), DELAY_MS
        )
        self._queries.notice_posted.connect(post)
        for changed in (self.scenes.changed, self._queries.notice_posted):  # a failed query is no longer awaited
            changed.connect(lambda _: redraw())
        self.scenes.trace_changed.connect(lambda _: self._query_soon())
        self._view.observe(_queried, lambda _: self._query_soon())

    def show(self, run: EntrantRun, view: View, size: PictureSize, outstanding: Variant | None = None) -> None:
        """Show an entrant at the moment of the view: its latest particles, or earlier ones once they are computed.

        Args:
            run: The entrant.
            view: The view.
            size: The size of the picture in pixels.
            outstanding: The variant whose particles have to be computed. None if there is none.
        """
        project, target = run.project, run.built.target if run.built else None
        moment = project.timeline.earlier(view.seen.moment)
        shown = moment or project.trace, target, outstanding
        if not are_same(shown, self._shown):
            self._shown, present = shown, project.present_moment(None)
            known = moment if isinstance(moment, Snapshot) else present
            is_new = self.scenes.subject.weights is None or project.trace.names != self.scenes.scene.trace.names
            if moment is None or moment is known or outstanding or is_new:
                self._show(run, shown, known)
            if outstanding is not None:
                self._queries.integrated(
                    outstanding, project.trace.positions[0], present, target, partial(self._keep, run, outstanding)
                )
            elif moment is not None and moment is not known:
                self._awaiting = run
                self._queries.followed(Variant.of(project), project.trace, moment, partial(self._show, run, shown))
        self._view.set(view)  # whose probe may be at a new stage
        if size != self._size:
            self._size = size
            self._query_soon()

    def _show(self, run: EntrantRun, asked: Sequence[object], moment: Snapshot) -> None:
        """Show an entrant at a moment, without its target if it was learning another one then.

        If another moment of the same training has been asked for since, this one is shown until that one is computed,
        without discarding its query. If anything else has been, nothing happens.
        """
        project, is_earlier = run.project, moment.trace is not run.project.trace
        if asked is self._shown:
            self._awaiting = None
            self.scenes.begin(project.flow, run.built.target if run.built else None)
        elif not (self._awaiting and self._awaiting.project.weights is project.weights):
            return
        self.scenes.hide_target(is_earlier and project.history.has_changed_since(moment.step))
        self.scenes.show(Subject.of(Variant.of(project), moment.weights), moment.trace)

    def drop_queries(self) -> None:
        """Discard the queries so far, and ask them again when the entrant is shown next."""
        self._delay.stop()
        self._queries.drop()
        self._shown = ()

    def close(self) -> None:
        """End all work after the current queries."""
        self._delay.stop()
        self._queries.close()
        self.deleteLater()

    def _query_soon(self) -> None:
        if not self._delay.isActive():
            self._delay.start()


def _queried(value: View) -> tuple[object, ...]:
    """Return the part of a view on which densities, velocities and differences depend."""
    view = value.seen.view
    return (
        value.stage,
        value.seen.overview,
        view.center,
        view.half_extent,
        view.marks & FIELDS,
        view.velocity,
        view.units,
    )
