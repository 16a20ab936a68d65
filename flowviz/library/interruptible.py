"""Work that Ctrl+C or a failing callback ends early, without losing its result.

Python raises `KeyboardInterrupt` between any two instructions of the main thread, even while the state of a training is
being updated or while TensorFlow computes. The work therefore runs in a separate thread, which signals never reach. The
calling thread only waits and runs the callbacks, which can draw or print there as usual. No signal handler is needed.
"""

import warnings
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread
from time import perf_counter
from typing import Any, Generic, TypeVar

from flowviz.arguments import level_of_user
from flowviz.training.requests import Stop

POLL_SECONDS = 0.05  # time between checks for Ctrl+C, which does not interrupt a wait on Windows

Result = TypeVar("Result")
Job = Callable[[Callable[..., object], Callable[[], Stop]], Result]


class _Abandoned(BaseException):
    """Raised in the work when nobody waits for its result anymore."""


@dataclass
class _Call:
    """A call of a callback, whose return value the work waits for."""

    run: Callable[[], Any]
    answer: Any = None
    has_begun: bool = False
    is_answered: Event = field(default_factory=Event)


class Interruptible(Generic[Result]):
    """Work in a separate thread, whose callbacks run in the thread that waits for the result."""

    def __init__(
        self, job: Job[Result], on_event: Callable[..., object], should_stop: Callable[[], bool] | None
    ) -> None:
        """Prepare work without starting it.

        Args:
            job: The work. It calls its first argument with each event, and often asks its second argument whether to
                end.
            on_event: Called with each event.
            should_stop: Called often. If it returns true, the work ends early. None if only an interruption ends it.
        """
        self._job, self._on_event, self._should_stop = job, on_event, should_stop
        self._outcome = Future[Result]()
        self._call: _Call | None = None
        self._has_news = Event()  # a call, or the end of the work
        self._started = perf_counter()
        self._stop: Stop = False
        self._has_warned = self._is_abandoned = False
        self._error: BaseException | None = None

    def result(self, name: str) -> Result:
        """Do the work, and return its result.

        The first `KeyboardInterrupt` ends the work early, with a warning; the second one is raised. An error in a
        callback also ends the work early, and is raised with the result as an attribute.

        Args:
            name: The name of that attribute.
        """
        try:
            Thread(target=copy_context().run, args=(self._work,), name="training").start()
            self._wait()
        finally:
            self._abandon()
        if self._error is None:
            return self._outcome.result()
        if self._outcome.exception() is None:
            setattr(self._error, name, self._outcome.result())
            self._error.add_note(f"The training ended early. Its result is the attribute `{name}` of this error.")
        raise self._error

    def _wait(self) -> None:
        """Run callbacks until the work has ended."""
        while True:
            try:
                while not self._outcome.done():
                    self._warn()
                    self._answer()
            except KeyboardInterrupt:
                if self._stop == "interrupted":
                    raise
                self._stop = "interrupted"
            except BaseException as error:
                self._stop, self._error = self._stop or True, self._error or error
            else:
                return

    def _warn(self) -> None:
        if self._stop == "interrupted" and not self._has_warned:
            self._has_warned = True
            seconds = perf_counter() - self._started
            warnings.warn(  # with a time, because Python shows equal warnings only once
                f"Interrupted after {seconds:.1f} s. The training ends and keeps what it has learned. To discard it, "
                "interrupt again.",
                stacklevel=level_of_user(),
            )

    def _answer(self) -> None:
        """Run the callback that the work waits for, if any. Answer None if an interruption or an error ended it."""
        self._has_news.wait(POLL_SECONDS)
        call = self._call
        if call is None or call.is_answered.is_set():
            return
        if not call.has_begun and self._error is None:
            call.has_begun = True
            call.answer = call.run()
        self._has_news.clear()
        call.is_answered.set()

    def _abandon(self) -> None:
        """Make the work end soon if it is still running, because nobody waits for it anymore."""
        self._is_abandoned = True
        if self._call is not None:
            self._call.is_answered.set()

    def _work(self) -> None:
        """Do the work, in the separate thread."""
        try:
            self._outcome.set_result(self._job(self._tell, self._stops))
        except BaseException as error:
            self._outcome.set_exception(error)
        self._has_news.set()

    def _tell(self, *event: object) -> None:
        self._called(partial(self._on_event, *event))

    def _stops(self) -> Stop:
        if self._is_abandoned:
            raise _Abandoned
        answer = self._should_stop is not None and bool(self._called(self._should_stop))
        return self._stop or answer

    def _called(self, run: Callable[[], Any]) -> Any:
        """Run a callback in the thread of the caller, and return its result."""
        self._call = call = _Call(run)
        self._has_news.set()
        if not self._is_abandoned:
            call.is_answered.wait()
        if self._is_abandoned:
            raise _Abandoned
        return call.answer
