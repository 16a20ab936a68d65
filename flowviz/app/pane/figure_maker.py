"""Computes the figures that cover the cloud, in the background.

What draws them is imported late, for a fast start of the window.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from flowviz.app.pane.subject import Subject
from flowviz.app.state.memo import Memo
from flowviz.app.state.view import Figure
from flowviz.errors import SpecError, TargetError
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.records import Scene, Trace
from flowviz.records.latents import Latents
from flowviz.records.trace import PARTICLES
from flowviz.specs import PictureSize, ViewSpec
from flowviz.targets import Target, untrained_points


@dataclass(frozen=True)
class FigureRequest:
    """A figure of a flow in a view, for a picture of a size in pixels.

    The scene has particles of the base at all stages. Requests for the same picture are equal.
    """

    figure: Figure
    subject: Subject
    target: Target
    scene: Scene
    view: ViewSpec
    size: PictureSize


@dataclass(frozen=True)
class DrawnFigure:
    """A picture, (height, width, 4), and sentences about it; only sentences if it cannot be drawn."""

    sentences: str
    pixels: NDArray[np.uint8] | None = None


class FigureMaker:
    """Draws figures, and keeps what the flow computes for them. Not thread-safe."""

    def __init__(self, keeper: FlowKeeper) -> None:
        self._keeper = keeper
        self._memo = Memo(2)  # one result of each function

    def drawn(self, asked: FigureRequest) -> DrawnFigure:
        """Draw a figure. Loads TensorFlow."""
        try:
            return self._drawn_latents(asked) if asked.figure == "latents" else self._drawn_panels(asked)
        except (SpecError, TargetError) as error:  # the window is too small
            return DrawnFigure(str(error))

    def encoded(self, subject: Subject, target: Target) -> Trace:
        """Return points of the target that no flow is trained on, pulled back through all stages."""
        return self._memo.result(self._encode, subject, target)

    def _encode(self, subject: Subject, target: Target) -> Trace:
        flow = self._keeper.flow(subject.spec, subject.weights, subject.edits)
        trace = flow.encoded(untrained_points(target, PARTICLES))
        trace.measure()
        return trace

    def _drawn_latents(self, asked: FigureRequest) -> DrawnFigure:
        from flowviz.rendering.latents import about, region_sentences, render_latents

        latents = self._memo.result(Latents.of, self.encoded(asked.subject, asked.target))
        sentences = " ".join((about(latents), *(f"{sentence}." for sentence in region_sentences(latents))))
        return DrawnFigure(sentences, render_latents(latents, asked.view, asked.size))

    def _drawn_panels(self, asked: FigureRequest) -> DrawnFigure:
        from flowviz.rendering.four_panels import NOTE, four_panels
        from flowviz.rendering.panel_table import render_table

        encoded = replace(asked.scene, trace=self.encoded(asked.subject, asked.target), selection=None, grid=None)
        table = four_panels(replace(encoded, leaked=None, log_weights=None), asked.scene, asked.view, asked.size)
        return DrawnFigure(NOTE, render_table(table, asked.view, asked.size))
