"""The controls of a training, without one."""

from PyQt6.QtWidgets import QProgressBar
from pytestqt.qtbot import QtBot

from flowviz.app.state.request import RequestState
from flowviz.app.training.activity import Activity
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.training_state import TrainingState


def test_bar_at_the_start_of_a_training_is_not_at_zero(qtbot: QtBot) -> None:
    """Check that the style of Qt ends the animation of the bar, which it does not at zero."""
    request = RequestState()
    controls = TrainingControls(request)
    qtbot.addWidget(controls)
    controls.show_activity(Activity(state=TrainingState.TRAINING))
    [bar] = controls.findChildren(QProgressBar)
    assert bar.value() > bar.minimum()
    assert bar.text() == "0%"
