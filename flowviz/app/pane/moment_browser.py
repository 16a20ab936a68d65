"""The moment browser: the moments of a training, the current one among them, and the variant that they show."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from flowviz.app.notices.notice import Notice
from flowviz.app.pane.flow_queries import PAST, FlowQueries
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.pane.subject import Move, Subject
from flowviz.app.state.state import State
from flowviz.app.state.view import View, ViewState
from flowviz.projects.moments import without_particles
from flowviz.projects.variant import Variant
from flowviz.records import Moment, Score, Snapshot, Timeline
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.condition import Value
from flowviz.specs.view import BY_TARGET
from flowviz.targets import Target

Told = tuple[Value | None, float]  # the value of the condition and the guidance of a variant


class MomentBrowser(QObject):
    """Emits the snapshot to show when the current moment changes, and as the training goes on.

    The moments of a project file have no particles. When the particles of one are needed, they are computed first, and
    then those of all others, beginning with the nearest. Other variants of the flow are computed and scored as well:
    positions first, because they are quick.

    Attributes:
        timeline: The moments.
        variant: The variant whose particles the moments have.
        wanted: The variant to be displayed in place of it. None if it is the same.
        is_following: Whether particles of earlier moments are being computed.
    """

    def __init__(
        self,
        view: ViewState,
        queries: FlowQueries,
        scenes: SceneModel,
        show: Callable[[Snapshot], object],
        show_timeline: Callable[[Timeline], object],
        parent: QObject,
    ) -> None:
        """Create a browser without moments.

        Args:
            view: The view, which says what moment is current.
            queries: Computes the particles of moments.
            scenes: The scene that is shown.
            show: Shows the snapshot of the current moment.
            show_timeline: Shows the moments.
            parent: Owns the browser.
        """
        super().__init__(parent)
        self._view, self._queries, self._scenes = view, queries, scenes
        self._show_snapshot, self._show_timeline = show, show_timeline
        self.variant = Variant(FlowSpec())
        self.wanted: Variant | None = None
        self.timeline = Timeline()
        self._step: int | None = None  # of the current moment; None for the latest
        self._passed = dict[tuple[Told, int], Moment]()  # moments of each step as they were at other values
        self.is_following = State(False, self)
        view.changed.connect(self._on_view_changed)
        queries.notice_posted.connect(self._on_notice_posted)

    @property
    def is_live(self) -> bool:
        """Return whether the view shows the latest moment, as it does while it follows the training."""
        return self.timeline.earlier(self._view.seen.moment) is None

    @property
    def current(self) -> Moment:
        """Return the current moment. There must be one."""
        return self.timeline.moments[self.timeline.nearest(self._view.seen.moment)]

    @property
    def _latest(self) -> Moment:
        return self.timeline.moments[-1]

    @property
    def is_replaced(self) -> bool:
        """Return whether a variant is wanted whose particles the moments do not have."""
        return self.wanted is not None and self.wanted != self.variant

    @property
    def is_partial(self) -> bool:
        """Return whether particles of the wanted variant are displayed, but only their positions are known."""
        return self.is_replaced and self._scenes.generated.awaits_densities

    def begin(self, variant: Variant, timeline: Timeline) -> None:
        """Go to the latest moment of another training."""
        self.is_following.set(False)
        self.variant, self.wanted, self._step = variant, None, None
        self._passed.clear()
        self._set_timeline(timeline)
        self._view.update(moment=None)

    def show_variant(self, variant: Variant, snapshot: Snapshot) -> None:
        """Show another variant, which moves the particles of the latest snapshot, and those of earlier moments.

        The particles of earlier moments are computed when they are needed. How well they hit the target is unknown at
        another value of the condition, unless it was measured at that value.
        """
        moments = self.timeline.moments
        self._passed |= {(_told(self.variant), each.step): without_particles(each) for each in moments}
        shown = replace(self.timeline, moments=tuple(self._as_shown(each, variant) for each in moments))
        self.restore(variant, shown.with_moment(snapshot))

    def restore(self, variant: Variant, timeline: Timeline) -> None:
        """Show the moments of another variant, with the particles that are known."""
        self.is_following.set(False)
        self.variant = variant
        self._set_timeline(timeline)
        self.show_again()

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Add the latest snapshot of the training, and show it if the view is live.

        If the timeline drops the current moment, the view goes to the nearest one. A step at which this flow has no
        moment is kept, because another pane may have one there.
        """
        before = self.timeline.earlier(self._view.seen.moment)
        self._set_timeline(self.timeline.with_moment(snapshot))
        if before is not None and before.step == self._view.seen.moment:
            self.go_to(before.step)
        elif before is None or self.timeline.earlier(self._view.seen.moment) is not before:
            self.show_again()

    def go_to(self, step: int | None) -> None:
        """Go to the moment nearest to a step, or to the latest one if it is None."""
        self._view.update(moment=self.timeline.step_of(self.timeline.nearest(step)))

    def play(self, position: float) -> None:
        """Go to the moment at a position between 0, the start of the training, and 1, now."""
        number = round(position * (len(self.timeline.moments) - 1))
        self._view.update(moment=self.timeline.step_of(number))

    def show_again(self) -> None:
        """Show the snapshot of the current moment again."""
        if not self.timeline.moments:
            return
        if isinstance(self.current, Snapshot):
            self._show_snapshot(self.current)
        elif not self.is_following.value:
            self._compute_particles()

    def _on_view_changed(self, _: View, new: View) -> None:
        if new.seen.moment != self._step:
            self._step = new.seen.moment
            self.show_again()

    def _set_timeline(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._show_timeline(timeline)

    def _compute_particles(self) -> None:
        """Query the particles of one moment after the other, beginning with the current one and those near it."""
        step, latest = self.current.step, self._latest
        missing = [moment for moment in self.timeline.moments if not isinstance(moment, Snapshot)]
        self.is_following.set(bool(missing) and isinstance(latest, Snapshot))
        if missing and isinstance(latest, Snapshot):
            nearest = min(missing, key=lambda moment: abs(moment.step - step))
            self._queries.followed(self.variant, latest.trace, nearest, partial(self._on_followed, self.variant))

    def _on_followed(self, variant: Variant, snapshot: Snapshot) -> None:
        if variant != self.variant:
            return  # the particles of another variant are still being computed
        moments = (snapshot if each.step == snapshot.step else each for each in self.timeline.moments)
        self._set_timeline(replace(self.timeline, moments=tuple(moments)))
        if self.current is snapshot:
            self._show_snapshot(snapshot)
        self._compute_particles()

    def _on_notice_posted(self, notice: Notice) -> None:
        """Go to the latest moment if the particles of earlier ones cannot be computed."""
        if self.is_following.value and notice.topic == PAST and notice.text:
            self.is_following.set(False)
            self._view.update(moment=None)

    def prepare(self, variant: Variant) -> None:
        """Load TensorFlow, and trace what the edits of a variant need."""
        self._queries.prepare(Subject.of(variant, self._latest.weights), self._particles)

    def locate(self, variant: Variant, on_result: Callable[[Snapshot], object]) -> None:
        """Compute the positions of the particles of the current moment for a variant, from the first edited stage on.

        Those of a flow that follows a velocity field end with the stage that is shown: each step takes longer than a
        whole flow of another kind. `compute` moves them through the other stages, but at the latest moment alone.
        """
        move, moment = self._move_to(variant), self._as_shown(self.current, variant)
        self._queries.positions(variant, move, moment, self._scenes.target if self.is_live else None, on_result)

    def compute(self, variant: Variant, on_result: Callable[[Snapshot], object]) -> None:
        """Compute the particles of the latest moment, with their log-determinants."""
        self._queries.integrated(variant, self._particles, self._latest, self._scenes.target, on_result)

    def score(
        self, variant: Variant, target: Target, training: TrainingSpec, on_result: Callable[[Score], object]
    ) -> None:
        """Compute the score of a variant at the latest moment."""
        subject = Subject.of(variant, self._latest.weights)
        self._queries.scored(subject, self._latest.step, target, training, on_result)

    def _as_shown(self, moment: Moment, variant: Variant) -> Moment:
        """Return a moment of the present variant as far as it is known for another one, without particles."""
        if _told(variant) == _told(self.variant):
            return without_particles(moment)
        passed = self._passed.get((_told(variant), moment.step))
        if passed is not None and passed.weights is moment.weights:
            return passed
        return Moment(moment.step, moment.weights, on_target=None, coverage=None)

    def _move_to(self, variant: Variant) -> Move:
        """Return the motion from the present variant to another one, as far as the picture shows it."""
        moment, view = self.current, self._view.value
        if not isinstance(moment, Snapshot) or variant.flow != self.variant.flow:
            return Move(self._scenes.generated)
        first = self.variant.edits.first_other_than(variant.edits) or 1
        last = last_shown(view)
        is_whole = last == view.last_stage or not self.is_live or not variant.flow.recipe.is_continuous
        return Move(moment.trace, first, None if is_whole else max(first, last))

    @property
    def _particles(self) -> NDArray[np.float32]:
        """Return the particles (n, 2) of the base, which a training may change."""
        trace = self._latest.trace if isinstance(self._latest, Snapshot) else self._scenes.generated
        particles: NDArray[np.float32] = trace.positions[0]
        return particles


def _told(variant: Variant) -> Told:
    return variant.flow.given, variant.flow.guidance


def last_shown(view: View) -> int:
    """Return the last stage that the picture depends on. What the target says is known only at the end of the flow."""
    depends_on_all = view.seen.overview or view.seen.view.color_by in BY_TARGET
    return view.last_stage if depends_on_all else view.stage
