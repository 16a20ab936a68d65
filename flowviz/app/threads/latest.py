"""Questions that take longer than a frame, answered off the GUI thread."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from threading import Condition
from typing import Any, TypeVar

from PyQt6.QtCore import pyqtSignal

from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.threads.worker import Worker
from flowviz.errors import FlowvizError

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)
PLAIN = {"density", "grid", "preview", "picture", "target"}  # topics that people have the same words for


@dataclass(frozen=True)
class Query:
    """What to compute, and who hears the answer, in the GUI thread."""

    number: int
    compute: Callable[[], Any]
    on_result: Callable[[Any], object]


class LatestWorker(Worker):
    """A thread that answers the latest question of each topic; one that waits gives way to a newer one.

    An answer is heard in the order of asking and never after `drop`. The thread starts with the first question.
    """

    _answered = pyqtSignal(str, object, object)
    _unanswered = pyqtSignal(object, object)
    succeeded = pyqtSignal(str)  # the topic
    failed = pyqtSignal(object)  # Notice about the topic

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, Query] = {}
        self._changed = Condition()
        self._closed = False
        self._numbers = count(1)
        self._oldest = 0  # numbers up to it are not heard any more
        self._heard: dict[str, int] = {}
        self._answered.connect(self._pass_on)
        self._unanswered.connect(self._pass_failure)

    def ask(self, topic: str, compute: Callable[[], Answer], on_result: Callable[[Answer], object]) -> None:
        """Have `compute` run in the thread, and its result be given to `on_result`."""
        with self._changed:
            self._waiting[topic] = Query(next(self._numbers), compute, on_result)
            self._changed.notify()
        if not self.isRunning() and not self._closed:
            self.start()

    def drop(self) -> None:
        """OnResult no answer to what was asked up to now."""
        with self._changed:
            self._oldest = next(self._numbers)
            self._waiting.clear()

    def close(self) -> None:
        """End after the present question, unheard."""
        self._closed = True
        self.drop()
        with self._changed:
            self._changed.notify()

    def run(self) -> None:
        while (found := self._next()) is not None:
            topic, question = found
            try:
                answer = question.compute()
            except Exception as error:
                if not isinstance(error, FlowvizError):
                    log.exception("no answer on %s", topic)
                self._unanswered.emit(question, notice_of(topic, error, _sentence(topic)))
            else:
                self._answered.emit(topic, question, answer)

    def _next(self) -> tuple[str, Query] | None:
        """The next question, as soon as there is one; None at the end."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            topic = next(iter(self._waiting))
            return topic, self._waiting.pop(topic)

    def _is_heard(self, question: Query) -> bool:
        return not self._closed and question.number > self._oldest

    def _pass_failure(self, question: Query, notice: Notice) -> None:
        if self._is_heard(question):
            self.failed.emit(notice)

    def _pass_on(self, topic: str, question: Query, answer: Any) -> None:
        if self._is_heard(question) and question.number > self._heard.get(topic, 0):
            self._heard[topic] = question.number
            self.succeeded.emit(topic)
            question.on_result(answer)


def _sentence(topic: str) -> str:
    """What to say where there is no answer."""
    return f"The {topic} cannot be computed." if topic in PLAIN else "Something went wrong inside flowviz."
