"""The example playback: a trained flow moves while nothing of the user's own training can be shown yet."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter

from PyQt6.QtCore import QObject

from flowviz.app.pane.example_view import ExampleView
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.state.view import View, ViewState
from flowviz.app.threads.delay import delayed, repeated
from flowviz.records import Trace
from flowviz.specs import Playback
from flowviz.specs.view import Theme

DELAY_MS = 300  # a training that is prepared already shows its first picture sooner
FRAME_PERIOD_MS = 33  # leaves the processor to the training that is being prepared
SPEED = 2.5
REST_SECONDS = 0.6  # at the word, before the way back begins
MOVING = "Example: how a trained flow bends the Gaussian cloud into '{}'"
STILL = "Example: a Gaussian cloud that a trained flow has bent into '{}'"
EXAMPLES = "flow", "brad"  # of the gallery, each named after its word; the first has few stages, and sharp letters


class ExamplePlayback(QObject):
    """Plays a flow of the gallery from its base to its word and back, until something else is to be seen.

    The example belongs to no project: it covers the cloud, and neither the state of the view nor any other widget
    knows of it. It ends when the user does anything with the view, except for another theme.

    Attributes:
        display: The picture of the example, and its captions.
        jumps: Whether to show a still picture of the word instead.
    """

    def __init__(
        self,
        view: ViewState,
        display: ExampleView,
        queries: FlowQueries,
        parent: QObject,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        super().__init__(parent)
        self._view, self.display, self._queries, self._clock = view, display, queries, clock
        self.jumps = False
        self._playback = Playback(speed=SPEED)
        self._wanted = ""  # name of the example to play; empty if none is
        self._trace: Trace | None = None  # that is shown
        self._started = 0.0
        self._delay = delayed(self, self._load, DELAY_MS)
        self._ticks = repeated(self, self.advance, FRAME_PERIOD_MS)
        view.changed.connect(self._on_view_changed)
        display.dismissed.connect(self.end)

    def begin(self, title: str) -> None:
        """Play as soon as the wait becomes noticeable, unless the user explores the flow that is shown.

        Args:
            title: The title of the target of the training. Its own word is not played.
        """
        if not self._wanted and not self._view.value.is_explored:
            self._wanted = next(name for name in EXAMPLES if name != title.strip().lower())
            self._delay.start()

    def end(self) -> None:
        """Show the cloud again."""
        self._wanted, self._trace = "", None
        self._delay.stop()
        self._ticks.stop()
        self.display.hide()

    def advance(self) -> None:
        """Move as far as time has passed."""
        if self._trace is not None:
            self.display.show_stage(self._stage(self._trace.last_stage))

    def _load(self) -> None:
        self._queries.example(self._wanted, partial(self._show, self._wanted))

    def _show(self, name: str, trace: Trace | None) -> None:
        """Show an example if it is the one that is wanted; None if it cannot be loaded."""
        if trace is None or self._trace is not None or name != self._wanted:
            return
        self._trace, self._started = trace, self._clock()
        self.display.show_trace(
            trace, self._stage(trace.last_stage), (STILL if self.jumps else MOVING).format(name.upper())
        )
        if not self.jumps:
            self._ticks.start()

    def _stage(self, last: int) -> float:
        """Return the current position between the base and the last stage."""
        if self.jumps:
            return float(last)
        way = self._playback.seconds(last) + REST_SECONDS
        gone = way - abs((self._clock() - self._started) % (2 * way) - way)
        return self._playback.position(gone, last)

    def _on_view_changed(self, old: View, new: View) -> None:
        if self._wanted and _in_theme(old, new.seen.view.theme) != new:
            self.end()
        self.advance()  # in the colors of the theme


def _in_theme(view: View, theme: Theme) -> View:
    seen = view.seen.model_copy(update={"view": view.seen.view.model_copy(update={"theme": theme})})
    return replace(view, seen=seen)
