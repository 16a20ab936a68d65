"""A clock for trainings that a test sets."""

from importlib import import_module

import pytest

TICK_SECONDS = 1e-3


class Clock:
    """Replaces `perf_counter`: advances by a tick whenever it is read, and as far as a test asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = 0.0
        for module in ("loop", "train"):
            monkeypatch.setattr(import_module(f"flowviz.training.{module}"), "perf_counter", self._read)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def _read(self) -> float:
        self._now += TICK_SECONDS
        return self._now
