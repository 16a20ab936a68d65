"""The observation that a flow was trained as requested: by the right training alone."""

from collections.abc import Callable

import pytest

from flowviz.lessons import Lesson
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import PATIENCE_MS, Learner

pytestmark = pytest.mark.shared_window

LESSON = """format = 1
title = "Train"
summary = "Train."
minutes = 1

[[step]]
title = "More layers"
text = "Train with three layers."
setup = { flow = { family = "nice", layers = 2, width = 8 }, training = { steps = 20 }, panels = ["training"] }
action = "Choose 3 layers, and train."
condition = [{ observe = "flow_layers", is = 3 }, { observe = "trained_as_requested", is = true }]
"""


@pytest.fixture
def three_layers(written: Callable[[str], Lesson]) -> Lesson:
    return written(LESSON)


def train(learner: Learner) -> None:
    """Train, and wait until the training has ended."""
    main = learner.window.main
    with learner.qtbot.waitSignal(main.session.started, timeout=PATIENCE_MS):
        main.session.train()
    learner.qtbot.waitUntil(lambda: learner.lessons.observer.read()["training"] == "ended", timeout=PATIENCE_MS)
    settle(main)


def test_only_the_requested_training_counts(window: Window, learner: Learner, three_layers: Lesson) -> None:
    learner.attend(three_layers)
    train(learner)
    assert learner.lessons.observer.read()["trained_as_requested"]
    assert not learner.is_done, "it had two layers"
    window.main.request.update_flow(layers=3)
    settle(window.main)
    assert not learner.lessons.observer.read()["trained_as_requested"], "it was not trained since"
    assert not learner.is_done
    train(learner)
    learner.qtbot.waitUntil(lambda: learner.is_done)
    learner.leave()


def test_a_training_that_is_stopped_does_not_count(window: Window, learner: Learner, three_layers: Lesson) -> None:
    learner.attend(three_layers)
    window.main.request.update_flow(layers=3)
    window.main.request.update_training(steps=1_000_000)
    window.main.session.train()
    learner.qtbot.waitUntil(lambda: learner.lessons.observer.read()["training"] == "running", timeout=PATIENCE_MS)
    window.main.session.stop()
    learner.qtbot.waitUntil(lambda: learner.lessons.observer.read()["training"] == "ended", timeout=PATIENCE_MS)
    settle(window.main)
    assert not learner.is_done
    window.main.discard_changes()
    learner.leave()
