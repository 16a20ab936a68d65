"""A clock for trainings that a test sets."""

from importlib import import_module
from typing import Any

import pytest

TICK_SECONDS = 1e-3


class Clock:
    """Replaces `perf_counter`: advances by a tick whenever it is read, and as far as a test asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now, self._monkeypatch = 0.0, monkeypatch
        for module in ("loop", "train"):
            monkeypatch.setattr(import_module(f"flowviz.training.{module}"), "perf_counter", self._read)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def slow_down(self, owner: type, method: str, seconds: float) -> None:
        """Let time pass whenever a method is called."""
        call = getattr(owner, method)

        def call_slowly(*arguments: Any, **options: Any) -> Any:
            self.advance(seconds)
            return call(*arguments, **options)

        self._monkeypatch.setattr(owner, method, call_slowly)

    def _read(self) -> float:
        self._now += TICK_SECONDS
        return self._now
