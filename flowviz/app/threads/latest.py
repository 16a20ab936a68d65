"""Background computations of which only the latest result matters."""

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Condition
from time import perf_counter
from typing import Any, TypeVar

from PyQt6.QtCore import QTimer, pyqtSignal

from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.threads.worker import Worker
from flowviz.errors import FlowvizError

Result = TypeVar("Result")
log = logging.getLogger(__name__)
MAX_REST_SECONDS = 0.2  # loading TensorFlow takes seconds, and calls for no long rest
# Topics that users know by the same name.
USER_TERMS = {"density", "difference", "grid", "particles", "preview", "picture", "target", "velocity"}


@dataclass(frozen=True)
class Query:
    """A computation, and what to do with its result in the GUI thread."""

    number: int
    compute: Callable[[], Any]
    on_result: Callable[[Any], object]


class LatestWorker(Worker):
    """Thread that computes the latest query of each topic; a query that still waits is replaced by a newer one.

    Results arrive in the order of the queries, and never after `drop` or `close`. The first query starts the thread.

    Attributes:
        rest: How long it rests after each computation, relative to the duration of the computation. With a rest of 2, a
            stream of queries takes at most a third of a processor core.
    """

    _called = pyqtSignal(object)  # function to run in the GUI thread
    failed = pyqtSignal(object)  # Notice on the topic

    def __init__(
        self,
        on_failure: Callable[[Notice], object] = lambda _: None,
        on_success: Callable[[str], object] = lambda _: None,
        *,
        start_delay_ms: int = 0,
        turns: AbstractContextManager[object] | None = None,
    ) -> None:
        """Create a thread.

        Args:
            on_failure: Called with each notice of a query that has failed.
            on_success: Called with the topic of each query that has succeeded, before its result is taken.
            start_delay_ms: Time in milliseconds from the first query to the start of the thread.
            turns: A lock that several threads share to compute one after the other. None to wait for no other thread.
        """
        super().__init__()
        self._start_delay_ms, self.rest, self._turns = start_delay_ms, 0.0, turns or nullcontext()
        self._on_success = on_success
        self._waiting: dict[str, Query] = {}
        self._changed = Condition()
        self._closed = False
        self._numbers = count(1)
        self._last_dropped: dict[str, int] = {}  # by topic
        self._called.connect(self._call)
        self.failed.connect(on_failure)

    def ask(self, topic: str, compute: Callable[[], Result], on_result: Callable[[Result], object]) -> None:
        """Run `compute` in the thread, and call `on_result` with its result in the GUI thread."""
        with self._changed:
            self._last_dropped.setdefault(topic, 0)
            self._waiting[topic] = Query(next(self._numbers), compute, on_result)
            self._changed.notify()
        if self._start_delay_ms:
            QTimer.singleShot(self._start_delay_ms, self._start_once)
        else:
            self._start_once()

    def call_soon(self, function: Callable[[], object]) -> None:
        """Run a function in the GUI thread, unless the worker is closed by then.

        A computation reports its progress with this, instead of emitting a signal of an object that may be deleted
        meanwhile: emitting a signal while another thread deletes its object crashes the process.
        """
        self._called.emit(function)

    def drop(self, kept: Collection[str] = ()) -> None:
        """Discard all queries that have been asked so far, except those of the topics in `kept`."""
        with self._changed:
            number = next(self._numbers)
            for topic in self._last_dropped.keys() - set(kept):
                self._last_dropped[topic] = number
                self._waiting.pop(topic, None)

    def close(self) -> None:
        """Discard all queries, and end the thread after the present computation."""
        self._closed = True
        self.drop()
        with self._changed:
            self._changed.notify()

    def _start_once(self) -> None:
        if not self.isRunning() and not self._closed:
            self.start()

    def run(self) -> None:
        while self._await_query():
            with self._turns:  # which may take a while, in which queries may be dropped or replaced
                started = perf_counter()
                if (waiting := self._next()) is not None:
                    self._compute(*waiting)
                taken = perf_counter() - started
            self._take_rest(self.rest * taken)

    def _compute(self, topic: str, query: Query) -> None:
        try:
            result = query.compute()
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("query failed: %s", topic)
            self.call_soon(partial(self._report, query, notice_of(topic, error, _failure_text(topic))))
        else:
            self.call_soon(partial(self._deliver, topic, query, result))

    def _take_rest(self, seconds: float) -> None:
        """Wait, unless the worker is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, min(seconds, MAX_REST_SECONDS))

    def _await_query(self) -> bool:
        """Wait for a query. Return false when the worker is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return not self._closed

    def _next(self) -> tuple[str, Query] | None:
        """Return the next query with its topic. None if there is none."""
        with self._changed:
            topic = next(iter(self._waiting), None)
            return None if topic is None else (topic, self._waiting.pop(topic))

    def _call(self, function: Callable[[], object]) -> None:
        if not self._closed:
            function()

    def _report(self, query: Query, notice: Notice) -> None:
        if query.number > self._last_dropped[notice.topic]:
            self.failed.emit(notice)

    def _deliver(self, topic: str, query: Query, result: Any) -> None:
        if query.number > self._last_dropped[topic]:
            self._on_success(topic)
            query.on_result(result)


def _failure_text(topic: str) -> str:
    return f"The {topic} cannot be computed." if topic in USER_TERMS else "Something went wrong inside flowviz."
