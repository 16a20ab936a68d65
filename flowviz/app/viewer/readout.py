"""The readout below the cloud: describes the particle under the mouse or the whole picture."""

from collections.abc import Callable
from functools import partial

import numpy as np
from PyQt6.QtWidgets import QLabel, QSizePolicy

from flowviz.records import Trace

TIP = (
    "Positions are (horizontal, vertical). log p is the logarithm of the density at the position; log|det J| is the "
    "logarithm of the factor by which the stage stretches areas there."
)


class Readout(QLabel):
    """Line of text about a particle or a probed point, or else about the whole picture."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("readout")
        self.setAccessibleName("What is under the mouse")
        self.setToolTip(TIP)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._summary = ""
        self._describe: Callable[[int], str] | None = None  # describes the particle or the point at a stage
        self._stage = 0

    def show_summary(self, trace: Trace, *, encoded: bool, selected: int) -> None:
        """Set the description of the whole picture, for when nothing is under the mouse."""
        count = trace.positions.shape[1]
        summary = f"{count:,} particles"
        if encoded:
            summary = f"{count:,} points of the target, pulled back · NLL {trace.nll:.3f} nats"
        self._summary = summary + (f" · {selected:,} selected" if selected else "")
        self._update()

    def show_stage(self, stage: int) -> None:
        """Describe the same particle or point at another stage."""
        self._stage = stage
        self._update()

    def show_nothing(self) -> None:
        """Describe the whole picture, because nothing is under the mouse."""
        self._describe = None
        self._update()

    def show_particle(self, trace: Trace, particle: int) -> None:
        """Describe the particle with this index: its positions at the base and the target, and the current stage."""
        self._describe = partial(_describe_particle, trace, particle)
        self._update()

    def show_probe(self, probe: Trace) -> None:
        """Describe a point, the only one of the trace: its positions at the current stage, the base and the target."""
        self._describe = partial(_describe_probe, probe)
        self._update()

    def _update(self) -> None:
        self.setText(self._describe(self._stage) if self._describe else self._summary)


def _describe_particle(trace: Trace, particle: int, stage: int) -> str:
    stage = min(stage, trace.last_stage)
    log_density, log_det = trace.log_density(stage)[particle], trace.log_det_of(stage)[particle]
    return (
        f"Particle {particle:,} · base {_point(trace.positions[0, particle])} · "
        f"target {_point(trace.positions[-1, particle])} · log p {_signed(log_density)} nats · "
        f"log|det J| of this stage {_signed(log_det)}"
    )


def _describe_probe(probe: Trace, stage: int) -> str:
    stage = min(stage, probe.last_stage)
    return (
        f"Here {_point(probe.positions[stage, 0])} · base {_point(probe.positions[0, 0])} · "
        f"target {_point(probe.positions[-1, 0])} · log p {_signed(probe.log_density(stage)[0])} nats"
    )


def _point(position: np.ndarray) -> str:
    x, y = position
    return f"({_signed(x)}, {_signed(y)})"


def _signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "\N{MINUS SIGN}")
