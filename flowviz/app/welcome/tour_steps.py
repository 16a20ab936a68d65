"""The steps of the tour."""

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenuBar, QWidget

from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.training.widgets import TrainingWidgets


@dataclass(frozen=True)
class TourStep:
    """Explanation of some widgets, or of a part of one."""

    title: str
    text: str
    widgets: tuple[QWidget, ...]
    part: Callable[[], QRect] | None = None  # in coordinates of the widget


def tour_steps(panels: TrainingWidgets, viewer: ViewerWidgets, bar: QMenuBar) -> list[TourStep]:
    """Return the steps in the order in which a newcomer works."""
    return [
        TourStep(
            "Choose what to learn",
            "Type a word here, or choose a picture, a shape, your own drawing or a table of points. The flow learns to "
            "bend a round cloud of particles into it.",
            (panels.target,),
        ),
        TourStep(
            "Train",
            "Press Train, and the flow starts to learn. The first result appears within seconds. Type another word "
            "meanwhile, and the cloud turns into that one. You can pause at any time; the menu of the button "
            "stops, and keeps what the flow has learned.",
            (panels.controls.train_button,),
        ),
        TourStep(
            "The cloud",
            "You see 8,000 particles on their way through the flow. The menu Show, above, adds a density, a grid, "
            "paths or velocity arrows. Scroll to zoom, drag to move, and double-click to see everything.",
            (viewer.cloud,),
        ),
        TourStep(
            "Layer by layer",
            "Each small picture shows the cloud after one more layer. Drag the slider, or press the arrow keys, to see "
            "how the round cloud on the left becomes the target on the right. You can do that during training, too. "
            "With flow matching, each layer is a step along a velocity, and you choose how many steps there are.",
            (viewer.strip, viewer.slider),
        ),
        TourStep(
            "Play",
            "Play moves the cloud through the layers: once, in a loop, or back and forth.",
            (viewer.playback,),
        ),
        TourStep(
            "How good is it?",
            "The loss falls as the flow learns. The gap is the distance to the best loss that any flow can reach: the "
            "closer to 0, the better.",
            (panels.loss_plot, panels.metrics),
        ),
        TourStep(
            "Inside a layer",
            "What the layer does, as a formula, with the numbers that it has learned. The ? says it in plain words.",
            (viewer.inspector,),
        ),
        TourStep(
            "Compare flows",
            "Which flow learns your word best? Train ▸ Add a Flow Beside It shows another one next to yours. Train ▸ "
            "Compare… trains up to six flows, with equal time or equally many steps each. The gallery has such a "
            "comparison, already trained.",
            (bar,),
            lambda: bar.actionGeometry(_entry(bar, "&Train")),
        ),
        TourStep(
            "Export your results",
            "File ▸ Export… saves pictures, animations and numbers. That is all! The Help menu has a list of all "
            "keyboard shortcuts, and this tour.",
            (bar,),
            lambda: bar.actionGeometry(_entry(bar, "&File")),
        ),
    ]


def _entry(bar: QMenuBar, title: str) -> QAction:
    """Return the entry of a menu."""
    return next(action for action in bar.actions() if action.text() == title)
