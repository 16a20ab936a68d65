"""Searches for garbage, which leave out TensorFlow's objects once the first training runs."""

from types import SimpleNamespace
from typing import Any

import pytest

from flowviz import process
from flowviz.app.main import spare_tensorflow
from flowviz.app.state.state import State
from flowviz.app.training.activity import Activity
from flowviz.app.training.training_state import TrainingState


def test_objects_are_spared_once_when_the_first_training_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The training may be that of several flows, whose activity has no report of progress."""
    calls = list[TrainingState]()
    activity = State(Activity())
    status: Any = SimpleNamespace(activity=activity)
    monkeypatch.setattr(process, "spare_loaded_objects", lambda: calls.append(activity.value.state))
    spare_tensorflow(status)
    for state in (TrainingState.PREPARING, TrainingState.IDLE, TrainingState.PREPARING, TrainingState.TRAINING) * 2:
        activity.set(Activity(state))
    assert calls == [TrainingState.TRAINING]
