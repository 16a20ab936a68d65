"""The warm-up: loads TensorFlow and compiles the requested flow while the user is still making choices."""

import logging
from collections.abc import Callable
from functools import partial
from threading import Event as Flag
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from flowviz.app.desktop.settings import settings, stored_flag
from flowviz.app.state.request import RequestState
from flowviz.app.threads.delay import delayed
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.threads.priority import LowPriority
from flowviz.errors import FlowvizError
from flowviz.projects import Plan
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.training import prepare
from flowviz.training.prepare import Shape, shape_of

if TYPE_CHECKING:
    from flowviz.app.training.session import Session

FLOW_DELAY_MS = 400  # after the latest change of the flow, because a number is typed digit by digit
SETTING = "training/warmUp"
log = logging.getLogger(__name__)


class WarmUp(QObject):
    """Prepares for the next training from the user's first edit on, in a thread of low priority.

    A training that starts meanwhile waits for the part of the preparation that is being computed, and does the rest.
    Failures are only logged, because the training reports them.

    Attributes:
        is_enabled: Whether the user allows it.
    """

    def __init__(
        self,
        request: RequestState,
        session: "Session",
        parent: QObject,
        thread: LatestWorker | None = None,
        prepare: Callable[..., None] = prepare,
    ) -> None:
        super().__init__(parent)
        self._request, self._session, self._prepare = request, session, prepare
        self._thread = thread or LatestWorker()
        self._priority = LowPriority()
        self._prepared: Shape | None = None  # latest that the thread or a training was asked for; None before the first
        self._outdated = Flag()  # for the thread, which has to leave the program that it prepares
        self._delay = delayed(self, self._ask, FLOW_DELAY_MS)
        self.is_enabled = stored_flag(SETTING, default=True)
        request.edited.connect(self._begin)
        session.started.connect(self._give_way)
        session.changed.connect(self._follow)

    def enable(self, enabled: bool) -> None:
        """Turn the warm-up on or off, also for later starts of the program."""
        self.is_enabled = enabled
        settings().setValue(SETTING, enabled)
        if not enabled:
            self._cancel()

    def close(self) -> None:
        """End the thread after the part that is being computed."""
        self._cancel()
        self._thread.close()

    def _begin(self) -> None:
        if self.is_enabled and self._prepared is None:
            self._ask()

    def _follow(self) -> None:
        """Prepare for another flow, unless a training runs."""
        has_begun, session = self._prepared is not None, self._session
        is_idle = has_begun and self.is_enabled and session.run is None and session.entrant is None
        if is_idle and self._prepared != _program(self._request.plan):
            self._outdated.set()
            self._delay.start()

    def _give_way(self) -> None:
        """Leave the rest to the training, and let it not wait for a thread of low priority."""
        self._cancel()
        self._prepared = _program(self._request.plan)
        self._priority.leave()

    def _ask(self) -> None:
        self._outdated.set()
        self._outdated = Flag()
        plan = self._request.plan
        self._prepared = _program(plan)
        self._thread.ask("warm-up", partial(self._run, plan.flow, plan.training, self._outdated), lambda _: None)

    def _cancel(self) -> None:
        self._delay.stop()
        self._outdated.set()
        self._prepared = None
        self._thread.drop()

    def _run(self, flow: FlowSpec, training: TrainingSpec, outdated: Flag) -> None:
        if outdated.is_set() or flow.is_recorded:
            return
        self._priority.enter()
        if outdated.is_set():  # since the priority was restored
            self._priority.leave()
            return
        try:
            # Numba first: a thread that loads it while TensorFlow's libraries are being loaded waits for the dynamic
            # linker with the GIL held, and stops the window for 0.2 s.
            import flowviz.rendering.kernels  # noqa: F401

            self._prepare(flow, training, stop_requested=outdated.is_set)
        except FlowvizError as error:
            log.warning("the warm-up failed: %s", error)
        except Exception:
            log.exception("the warm-up failed")


def _program(plan: Plan) -> Shape:
    return shape_of(plan.flow.as_trained(), plan.training)
