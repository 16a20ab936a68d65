"""The moments of the training that is shown, and which of them is looked at."""

from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.app.viewer.history_bar import HistoryBar
from flowviz.records import Snapshot, Timeline
from flowviz.specs import FlowSpec


class MomentBrowser(QObject):
    """Announces the moment that is to be seen.

    Those of a project file have no particles: they are followed, all at once, when one of them is first looked at.
    """

    chosen = pyqtSignal(object)  # Snapshot
    following_changed = pyqtSignal(bool)

    def __init__(self, bar: HistoryBar, queries: FlowQueries, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self._queries = bar, queries
        self._spec = FlowSpec()
        self.timeline = Timeline()
        self._moment: int | None = None  # of the timeline; None for the latest
        self._is_following = False
        bar.moment_chosen.connect(self.choose)
        bar.live_chosen.connect(lambda: self.choose(None))
        queries.notice_posted.connect(self._give_up)

    @property
    def is_live(self) -> bool:
        """Whether the latest moment of the training is seen."""
        return self._moment is None

    @property
    def step(self) -> int | None:
        """The step of the moment that is looked at; None for the latest."""
        return None if self._moment is None else self.timeline.moments[self._moment].step

    def begin(self, spec: FlowSpec, timeline: Timeline) -> None:
        """These are the moments of the flow that is shown now; the latest one is looked at."""
        self._set_following(False)
        self._spec, self.timeline, self._moment = spec, timeline, None
        self._bar.show_timeline(timeline, None)

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the latest picture of the training, and show it unless an older one is looked at."""
        seen = self.step
        self.timeline = self.timeline.with_moment(snapshot)
        if seen is None:
            self.chosen.emit(snapshot)
        else:  # the timeline may have been thinned out
            self._moment = self._nearest(seen)
        self._bar.show_timeline(self.timeline, self._moment)

    def choose(self, moment: int | None) -> None:
        """Look at a moment, by its number; None for the latest, from now on."""
        if not self.timeline.moments:
            return
        self._moment = moment
        self._bar.show_timeline(self.timeline, moment)
        shown = self.timeline.moments[-1 if moment is None else moment]
        if isinstance(shown, Snapshot):
            self.chosen.emit(shown)
        else:
            self._follow()

    def choose_step(self, step: int | None) -> None:
        """Look at the moment nearest to a step; None for the latest."""
        moment = None if step is None or not self.timeline.moments else self._nearest(step)
        self.choose(None if moment == len(self.timeline.moments) - 1 else moment)

    def play(self, way: float) -> None:
        """Look at the moment so far on the way, 0 to 1, from the start of the training to now."""
        last = len(self.timeline.moments) - 1
        moment = round(way * last)
        if moment != (last if self._moment is None else self._moment):
            self.choose(None if moment == last else moment)

    def _nearest(self, step: int) -> int:
        steps = np.array([moment.step for moment in self.timeline.moments])
        return int(np.abs(steps - step).argmin())

    def _follow(self) -> None:
        """Have the particles of all moments followed that have none; the one that is then chosen is shown."""
        present = self.timeline.moments[-1]
        if self._is_following or not isinstance(present, Snapshot):
            return
        self._set_following(True)
        missing = tuple(moment for moment in self.timeline.moments if not isinstance(moment, Snapshot))
        self._queries.followed(self._spec, present.trace.positions[0], missing, self._take_followed)

    def _take_followed(self, found: tuple[Snapshot, ...]) -> None:
        self._set_following(False)
        by_step = {snapshot.step: snapshot for snapshot in found}
        moments = tuple(
            moment if isinstance(moment, Snapshot) else by_step[moment.step] for moment in self.timeline.moments
        )
        self.timeline = replace(self.timeline, moments=moments)
        self.choose(self._moment)

    def _give_up(self, notice: Notice) -> None:
        if self._is_following and notice.text:
            self._set_following(False)
            self.choose(None)

    def _set_following(self, following: bool) -> None:
        if self._is_following != following:
            self._is_following = following
            self.following_changed.emit(following)
