"""Keys that step through the stages, shared by the cloud, the strip and the slider."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtWidgets import QWidget

from flowviz.app.state.view import ViewState
from flowviz.app.widgets.controls import FOCUSED, add_key

MAX_STAGES = 1000  # more than the stages of any flow
STEPS = {"Left": -1, "Right": 1, "Home": -MAX_STAGES, "End": MAX_STAGES}


def add_stage_keys(widget: QWidget, view: ViewState, toggle_playing: Callable[[], object]) -> None:
    """Add shortcuts to a focused widget: Left, Right, Home and End step through the stages, Space plays them."""
    actions: dict[str, Callable[[], object]] = {key: partial(view.step, stages) for key, stages in STEPS.items()}
    for key, run in {**actions, "Space": toggle_playing}.items():
        add_key(widget, key, run, FOCUSED)
