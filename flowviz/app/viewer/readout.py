"""One line below the cloud: what is under the mouse, and what is selected."""

from collections.abc import Callable
from functools import partial

import numpy as np
from PyQt6.QtWidgets import QLabel, QSizePolicy

from flowviz.records import Trace

TIP = (
    "Places are (horizontal, vertical); log p is the logarithm of the density there, log|det J| that of the factor by "
    "which the stage stretches areas there"
)


class Readout(QLabel):
    """Shows a particle, a probed point, or what is true of the whole picture."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("readout")
        self.setAccessibleName("What is under the mouse")
        self.setToolTip(TIP)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._standing = ""
        self._told: Callable[[int], str] | None = None  # what is told of a stage

    def show_standing(self, trace: Trace, *, encoded: bool, selected: int) -> None:
        """What is true of the whole picture, for when nothing is under the mouse."""
        count = trace.positions.shape[1]
        told = f"{count:,} particles of the base"
        if encoded:
            told = f"{count:,} points of the target, pulled back · NLL {trace.nll:.3f} nats"
        self._standing = told + (f" · {selected:,} selected" if selected else "")
        self.show_nothing()

    def show_nothing(self) -> None:
        """Nothing is under the mouse."""
        self._told = None
        self.setText(self._standing)

    def show_stage(self, stage: int) -> None:
        """Tell the same of another stage."""
        if self._told is not None:
            self.setText(self._told(stage))

    def show_particle(self, trace: Trace, particle: int, stage: int) -> None:
        """Show where a particle comes from and goes to, and what the stage does to it."""
        self._told = partial(_of_particle, trace, particle)
        self.show_stage(stage)

    def show_probe(self, probe: Trace, stage: int) -> None:
        """Show where the probed point is at the base, here, and in the target space."""
        self._told = partial(_of_probe, probe)
        self.show_stage(stage)


def _of_particle(trace: Trace, particle: int, stage: int) -> str:
    log_density, log_det = trace.log_density(stage)[particle], trace.log_det_of(stage)[particle]
    return (
        f"Particle {particle:,} · base {_point(trace.positions[0, particle])} · "
        f"target {_point(trace.positions[-1, particle])} · log p {_signed(log_density)} nats · "
        f"log|det J| of this stage {_signed(log_det)}"
    )


def _of_probe(probe: Trace, stage: int) -> str:
    return (
        f"Here {_point(probe.positions[stage, 0])} · base {_point(probe.positions[0, 0])} · "
        f"target {_point(probe.positions[-1, 0])} · log p {_signed(probe.log_density(stage)[0])} nats"
    )


def _point(position: np.ndarray) -> str:
    x, y = position
    return f"({_signed(x)}, {_signed(y)})"


def _signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "\N{MINUS SIGN}")
