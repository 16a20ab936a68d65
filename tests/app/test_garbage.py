"""Searches for garbage while TensorFlow is loaded."""

import gc
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from flowviz.app.main import spare_tensorflow
from flowviz.app.state.state import State
from flowviz.app.training.activity import Activity
from flowviz.app.training.training_state import TrainingState


@pytest.fixture
def activity() -> Iterator[State[Activity]]:
    """Yield the activity of a window whose first training spares TensorFlow's objects, and restore the searches."""
    is_searching = gc.isenabled()
    gc.enable()
    activity = State(Activity())
    status: Any = SimpleNamespace(activity=activity)
    spare_tensorflow(status)
    yield activity
    if not is_searching:
        gc.disable()


def test_first_training_is_prepared_without_searches_for_garbage(activity: State[Activity]) -> None:
    activity.set(Activity(TrainingState.PREPARING))
    assert not gc.isenabled()
    frozen = gc.get_freeze_count()
    activity.set(Activity(TrainingState.TRAINING))
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen, "later searches leave out what has been loaded"


def test_training_that_cannot_start_resumes_searches_for_garbage(activity: State[Activity]) -> None:
    for _ in range(2):
        activity.set(Activity(TrainingState.PREPARING))
        assert not gc.isenabled()
        activity.set(Activity())
        assert gc.isenabled()


def test_later_trainings_leave_the_searches_alone(activity: State[Activity]) -> None:
    for state in (TrainingState.PREPARING, TrainingState.TRAINING, TrainingState.IDLE, TrainingState.PREPARING):
        activity.set(Activity(state))
    assert gc.isenabled()
