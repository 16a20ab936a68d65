"""What the tour speaks of, and its words."""

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QMenuBar, QWidget

from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.viewer.widgets import ViewerWidgets


@dataclass(frozen=True)
class TourStep:
    """A title, a few words, and what they are about: some widgets; or a part of one, in its own pixels."""

    title: str
    words: str
    widgets: tuple[QWidget, ...]
    part: Callable[[], QRect] | None = None


def stops(panels: TrainingWidgets, viewer_widgets: ViewerWidgets, bar: QMenuBar) -> list[TourStep]:
    """All of them, in the order in which somebody works who is here for the first time."""
    show = viewer_widgets
    return [
        TourStep(
            "What shall be learned",
            "Type a word here; or choose a picture, a shape, your own drawing or a table of points. The flow bends a "
            "round cloud of particles into it.",
            (panels.target,),
        ),
        TourStep(
            "Train",
            "Press this, and the flow begins to learn. The first picture comes within seconds. You may pause at any "
            "time, or stop and keep what was learned.",
            (panels.controls.train_button,),
        ),
        TourStep(
            "The cloud",
            "8,000 particles on their way through the flow, or what else you choose above it: density, grid, paths. "
            "Turn the wheel to zoom, drag to move, double-click to see everything.",
            (show.cloud,),
        ),
        TourStep(
            "Layer by layer",
            "Each small picture is the cloud after one more layer. Drag the slider, or use the arrow keys, to see how "
            "the round cloud on the left becomes the target on the right. It works during training, too.",
            (show.strip, show.scrubber),
        ),
        TourStep(
            "Play",
            "Let the cloud move through the layers by itself: once, again and again, or back and forth.",
            (show.playback,),
        ),
        TourStep(
            "How well it does",
            "The loss falls as the flow learns. The gap is how far it is from the best that any flow can do: the "
            "closer to 0, the better.",
            (panels.losses, panels.figures),
        ),
        TourStep(
            "Inside a layer",
            "What this layer does, in plain words and as a formula, with the numbers that it has learned.",
            (show.inspector,),
        ),
        TourStep(
            "Take it away",
            "File ▸ Export… saves pictures, animations and numbers. That is all: under Help you find every key, and "
            "this tour again.",
            (bar,),
            lambda: bar.actionGeometry(bar.actions()[0]),
        ),
    ]
