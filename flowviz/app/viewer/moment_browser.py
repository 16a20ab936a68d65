"""The moment browser: the moments of a training and the current one among them."""

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.state.view import View, ViewState
from flowviz.app.viewer.flow_queries import PAST, FlowQueries
from flowviz.projects.moments import without_particles
from flowviz.projects.variant import Variant
from flowviz.records import Moment, Snapshot, Timeline
from flowviz.specs import FlowSpec


class MomentBrowser(QObject):
    """Emits the snapshot to show when the current moment changes, and as the training goes on.

    The moments of a project file have no particles. When the first of them is needed, the particles of all moments are
    computed.
    """

    chosen = pyqtSignal(object)  # Snapshot
    timeline_changed = pyqtSignal(object)  # Timeline
    following_changed = pyqtSignal(bool)  # whether particles are being computed

    def __init__(self, view: ViewState, queries: FlowQueries, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._queries = view, queries
        self._variant = Variant(FlowSpec())
        self.timeline = Timeline()
        self._step: int | None = None  # of the current moment; None for the latest
        self._is_following = False
        view.changed.connect(self._on_view_changed)
        queries.notice_posted.connect(self._on_notice_posted)

    @property
    def is_live(self) -> bool:
        """Return whether the view follows the training, which means that it shows the latest moment."""
        return self._view.seen.moment is None

    @property
    def current(self) -> Moment:
        """Return the current moment. There must be one."""
        return self.timeline.moments[self.timeline.nearest(self._view.seen.moment)]

    def begin(self, variant: Variant, timeline: Timeline) -> None:
        """Go to the latest moment of another training."""
        self._set_following(False)
        self._variant, self._step = variant, None
        self._set_timeline(timeline)
        self._view.set_moment(None)

    def change_variant(self, variant: Variant) -> None:
        """Move the particles of all moments by another variant; they are computed when they are needed."""
        self._set_following(False)
        self._variant = variant
        self.timeline = replace(self.timeline, moments=tuple(map(without_particles, self.timeline.moments)))

    def restore(self, variant: Variant, timeline: Timeline) -> None:
        """Show the moments of a variant that was shown before."""
        self._set_following(False)
        self._variant = variant
        self._set_timeline(timeline)
        self.show_again()

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Add the latest snapshot of the training, and show it if the view is live."""
        self._set_timeline(self.timeline.with_moment(snapshot))
        if self.is_live:
            self.chosen.emit(snapshot)
        else:  # the timeline may have dropped the current moment
            self.go_to(self._view.seen.moment)

    def go_to(self, step: int | None) -> None:
        """Go to the moment nearest to a step, or to the latest one if it is None."""
        self._choose(self.timeline.nearest(step))

    def play(self, position: float) -> None:
        """Go to the moment at a position between 0, the start of the training, and 1, now."""
        self._choose(round(position * (len(self.timeline.moments) - 1)))

    def show_again(self) -> None:
        """Emit the snapshot of the current moment again."""
        if not self.timeline.moments:
            return
        if isinstance(self.current, Snapshot):
            self.chosen.emit(self.current)
        else:
            self._compute_particles()

    def _choose(self, number: int) -> None:
        last = len(self.timeline.moments) - 1
        self._view.set_moment(None if number >= last else self.timeline.moments[number].step)

    def _on_view_changed(self, _: View, new: View) -> None:
        if new.seen.moment != self._step:
            self._step = new.seen.moment
            self.show_again()

    def _set_timeline(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.timeline_changed.emit(timeline)

    def _compute_particles(self) -> None:
        """Query the particles of all moments that have none."""
        present = self.timeline.moments[-1]
        if self._is_following or not isinstance(present, Snapshot):
            return
        self._set_following(True)
        missing = tuple(moment for moment in self.timeline.moments if not isinstance(moment, Snapshot))
        self._queries.followed(self._variant, present.trace, missing, partial(self._on_followed, self._variant))

    def _on_followed(self, variant: Variant, snapshots: tuple[Snapshot, ...]) -> None:
        if variant != self._variant:
            return  # the particles of another variant are still being computed
        self._set_following(False)
        by_step = {snapshot.step: snapshot for snapshot in snapshots}
        moments = tuple(
            moment if isinstance(moment, Snapshot) else by_step[moment.step] for moment in self.timeline.moments
        )
        self._set_timeline(replace(self.timeline, moments=moments))
        self.show_again()

    def _on_notice_posted(self, notice: Notice) -> None:
        """Go to the latest moment if the particles of earlier ones cannot be computed."""
        if self._is_following and notice.topic == PAST and notice.text:
            self._set_following(False)
            self._view.set_moment(None)

    def _set_following(self, following: bool) -> None:
        if self._is_following != following:
            self._is_following = following
            self.following_changed.emit(following)
