"""The readout below the cloud: says what the layer does, or describes the particle under the mouse."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QSizePolicy

from flowviz.app.widgets.labels import FittingLabel
from flowviz.records import Trace, Units
from flowviz.specs import explanations
from flowviz.specs.edits import Edits

TIP = (
    "Positions are (horizontal, vertical). log p is the logarithm of the density at the position; log|det J| is the "
    "logarithm of the factor by which the stage stretches areas there."
)
NO_DENSITY = "no exact density: increase the integrator steps"  # because a step folds the plane over
LATER, UNKNOWN = "density not known yet", "density not known"
SCORE_TIP = f"Legible: {explanations.LEGIBILITY}.\n\nShare of the particles that land on the target at the last stage"


class Readout(FittingLabel):
    """Line of text about a particle or a probed point, or else about the layer."""

    def __init__(self) -> None:
        super().__init__("readout", "What the layer does, or what is under the mouse")
        self._trace: Trace | None = None
        self._edits = Edits()
        self._is_encoded, self._selected = False, 0
        self._describe: Callable[[int], str] | None = None  # describes the particle or the point at a stage
        self._stage = 0

    def show_summary(self, trace: Trace, edits: Edits, *, encoded: bool, selected: int) -> None:
        """Set the flow whose layer is described if nothing is under the mouse.

        Args:
            trace: The particles that are shown.
            edits: The edits of the layers.
            encoded: Whether the particles are points of the target, on their way back to the base.
            selected: The number of selected particles.
        """
        self._trace, self._edits, self._is_encoded, self._selected = trace, edits, encoded, selected
        self._update()

    def show_stage(self, stage: int) -> None:
        """Describe another layer, or the same particle or point at another stage."""
        self._stage = stage
        self._update()

    def show_nothing(self) -> None:
        """Describe the layer, because nothing is under the mouse."""
        self._describe = None
        self._update()

    def show_particle(self, trace: Trace, particle: int, units: Units) -> None:
        """Describe the particle with this index: its positions at the base and the target, and the current stage."""
        self._describe = partial(_describe_particle, trace, particle, self._numbers(units))
        self._update()

    def show_probe(self, probe: Trace, units: Units) -> None:
        """Describe a point, the only one of the trace: its positions at the current stage, the base and the target."""
        self._describe = partial(_describe_probe, probe, self._numbers(units))
        self._update()

    def _numbers(self, units: Units) -> "_Numbers":
        """Return how to write coordinates: finely enough for an axis along which the data of a table are narrow."""
        if units.are_flow_units or self._trace is None:
            return _Numbers.of(units, np.ones(2))
        return _Numbers.of(units, np.nanstd(self._trace.positions[-1], axis=0))

    def _update(self) -> None:
        if self._describe is None:
            self.show_texts(*self._layer_sentences())
        else:
            text = self._describe(self._stage)
            self.show_texts(text, tip=f"{text}\n\n{TIP}")

    def _layer_sentences(self) -> tuple[str, ...]:
        if self._trace is None:
            return ("",)
        stage = min(self._stage, self._trace.last_stage)
        selected = f" · {self._selected:,} selected" if self._selected else ""
        sentences = self._trace.sentences(stage, self._edits.of(stage), encoded=self._is_encoded)
        return tuple(sentence + selected for sentence in sentences)


class Score(FittingLabel):
    """Label with the legibility and the share of particles that end on the target.

    Its width is that of the score at 100%, so that nothing moves while the shares grow.
    """

    def __init__(self) -> None:
        super().__init__("score", "How well the particles hit the target")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(SCORE_TIP)
        self._widest = ""

    def show_score(self, score: str) -> None:
        """Show a score, or nothing if it is empty."""
        self.show_texts(score, tip=SCORE_TIP)
        widest = re.sub(r"\d+%", "100%", score)
        if widest != self._widest:
            self._widest = widest
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._widest), super().sizeHint().height())


@dataclass(frozen=True)
class _Numbers:
    """Coordinates as text, in some units, with a number of decimals for each axis."""

    units: Units
    decimals: tuple[int, int]

    @classmethod
    def of(cls, units: Units, spread: NDArray[np.floating]) -> "_Numbers":
        """Resolve about a hundredth of a spread (2,), given in flow units."""
        x, y = np.abs(np.multiply(units.scale, spread))
        return cls(units, (_decimals(x), _decimals(y)))

    def point(self, position: NDArray[np.floating]) -> str:
        """Return a position (2,) in flow units as text."""
        pairs = zip(self.units.values(position), self.decimals, strict=True)
        return f"({', '.join(_signed(value, decimals) for value, decimals in pairs)})"


def _describe_particle(trace: Trace, particle: int, numbers: "_Numbers", stage: int) -> str:
    stage = min(stage, trace.last_stage)
    place = (
        f"Particle {particle:,} · base {numbers.point(trace.positions[0, particle])} · "
        f"target {numbers.point(trace.positions[-1, particle])}"
    )
    if not trace.has_densities:
        return f"{place} · {LATER if trace.awaits_densities else UNKNOWN}"
    log_density = trace.log_density(stage)[particle] - numbers.units.log_det
    log_det = trace.log_det_of(stage)[particle]
    is_folded = trace.folded is not None and bool(trace.folded[particle])
    density = NO_DENSITY if is_folded else f"log p {_signed(log_density)} nats"
    return f"{place} · {density} · log|det J| of this stage {_signed(log_det)}"


def _describe_probe(probe: Trace, numbers: "_Numbers", stage: int) -> str:
    stage = min(stage, probe.last_stage)
    log_density = probe.log_density(stage)[0] - numbers.units.log_det
    is_folded = probe.is_continuous and not np.isfinite(log_density)
    density = NO_DENSITY if is_folded else f"log p {_signed(log_density)} nats"
    return (
        f"Here {numbers.point(probe.positions[stage, 0])} · base {numbers.point(probe.positions[0, 0])} · "
        f"target {numbers.point(probe.positions[-1, 0])} · {density}"
    )


def _decimals(spread: float) -> int:
    return max(0, ceil(2 - log10(spread))) if spread > 0 else 2


def _signed(number: float, decimals: int = 2) -> str:
    return f"{number:.{decimals}f}".replace("-", "\N{MINUS SIGN}")
