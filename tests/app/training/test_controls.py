"""The controls of a training, without one."""

from dataclasses import replace

from PyQt6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from flowviz.app.state.request import Request, RequestState
from flowviz.app.training.activity import Activity, NextTraining
from flowviz.app.training.controls import STATUS_LINES, TrainingControls
from flowviz.app.training.training_state import TrainingState
from flowviz.specs import TextSpec
from tests.app.training.fakes import idle_commands

NARROWEST = 337  # width of the panel in pixels, beside the cloud of a small window


def test_bar_at_the_start_of_a_training_is_not_at_zero(qtbot: QtBot) -> None:
    """Check that the style of Qt ends the animation of the bar, which it does not at zero."""
    request = RequestState(Request())
    controls = TrainingControls(request, idle_commands())
    qtbot.addWidget(controls)
    controls.show_activity(Activity(state=TrainingState.TRAINING))
    [bar] = controls.findChildren(QProgressBar)
    assert bar.value() > bar.minimum()
    assert bar.text() == "0%"


def test_usual_sentences_have_two_lines_in_the_narrowest_panel(qtbot: QtBot) -> None:
    """A third line would move the loss plot."""
    controls = TrainingControls(RequestState(Request()), idle_commands())
    qtbot.addWidget(controls)
    label = controls.findChild(QLabel, "statusLabel")
    assert label is not None
    done = "FLOW, after 25,000 steps: test gap 0.027 ± 0.002 nats. Kept the best state, step 23,000."
    learns = NextTraining(shown=TextSpec(text="FLOW"), requested=TextSpec(text="FLOW"), follows=True)
    missing = replace(learns, problem="Draw something with the mouse, a pen or a finger.")
    for activity in (
        Activity(),
        Activity(state=TrainingState.TRAINING, event="", target="FLOW", next=learns, is_warming_up=True),
        Activity(state=TrainingState.TRAINING, event="", target="FLOW", next=learns),
        Activity(event=done, next=learns),
        Activity(event=done, next=missing),
    ):
        controls.show_activity(activity)
        assert label.heightForWidth(NARROWEST) <= STATUS_LINES * label.fontMetrics().lineSpacing(), activity.sentence
