"""The readout below the cloud: says what the layer does, or describes the particle under the mouse."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QSizePolicy

from flowviz.app.state.view import ViewState
from flowviz.app.widgets.labels import FittingLabel
from flowviz.records import Scene, Trace, Units
from flowviz.specs import figures
from flowviz.specs.edits import Edits

TIP = (
    "Positions are (horizontal, vertical). log p is the logarithm of the density at the target, or where the point is "
    "at this stage; log|det J| is the logarithm of the factor by which the stage stretches areas there."
)
NO_DENSITY = "no exact density: increase the integrator steps"  # because a step folds the plane over
LATER, UNKNOWN = "density not known yet", "density not known"
MIN_CHARACTERS = 17  # of the readout: the name of a layer
Texts = tuple[str, ...]  # from the longest to the shortest
SCORE_TIP = f"Legible: {figures.LEGIBILITY}.\n\nShare of the particles that land on the target at the last stage"


class Readout(FittingLabel):
    """Line of text about a particle or a probed point, or else about the layer."""

    def __init__(self, view: ViewState) -> None:
        """Create an empty readout about the current stage of a view."""
        super().__init__("readout", "What the layer does, or what is under the mouse")
        self._view = view
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._summarize: Callable[[int], Texts] = lambda _: ("",)  # describes the layer of a stage
        self._describe: Callable[[int], Texts] | None = None  # describes the particle or the point at a stage
        view.observe(lambda value: value.stage, lambda _: self._update())

    def minimumSizeHint(self) -> QSize:
        return QSize(MIN_CHARACTERS * self.fontMetrics().averageCharWidth(), super().minimumSizeHint().height())

    def summarize(self, summarize: Callable[[int], Texts]) -> None:
        """Set what describes the layer of a stage if nothing is under the mouse."""
        self._summarize = summarize
        self._update()

    def describe(self, describe: Callable[[int], Texts] | None) -> None:
        """Describe what is under the mouse at the current stage, or the layer if that is None."""
        self._describe = describe
        self._update()

    def _update(self) -> None:
        texts = (self._describe or self._summarize)(self._view.value.stage)
        self.show_texts(*texts, tip=f"{texts[0]}\n\n{TIP}" if self._describe else "")


class Score(FittingLabel):
    """Label with the legibility and the share of particles that end on the target.

    Its width is that of the score at 100%, so that nothing moves while the shares grow. It shrinks if the readout needs
    the room for the name of the layer, but always says what its number means.
    """

    def __init__(self) -> None:
        super().__init__("score", "Legibility, and share of the particles on the target")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._widest = ""

    def show_score(self, score: str) -> None:
        """Show a score, in fewer words or only its first part if there is little room; nothing if it is empty."""
        self.show_texts(score, score.replace(" end on ", " on "), score.partition(" · ")[0], tip=SCORE_TIP)
        widest = re.sub(r"\d+%", "100%", score)
        if widest != self._widest:
            self._widest = widest
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._widest), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(
            self.fontMetrics().horizontalAdvance(self._widest.partition(" · ")[0]), super().minimumSizeHint().height()
        )


@dataclass(frozen=True)
class Numbers:
    """Coordinates as text, in some units, with a number of decimals for each axis."""

    units: Units
    decimals: tuple[int, int]

    @classmethod
    def of(cls, scene: Scene) -> "Numbers":
        """Resolve about a hundredth of a flow unit or, in the units of a table, of the spread of its data."""
        units = scene.units
        spread = np.ones(2) if units.are_flow_units else np.nanstd(scene.trace.positions[-1], axis=0)
        x, y = np.abs(np.multiply(units.scale, spread))
        return cls(units, (_decimals(x), _decimals(y)))

    def point(self, position: NDArray[np.floating]) -> str:
        """Return a position (2,) in flow units as text."""
        pairs = zip(self.units.values(position), self.decimals, strict=True)
        return f"({', '.join(_signed(value, decimals) for value, decimals in pairs)})"


def describe_layer(trace: Trace, edits: Edits, stage: int, *, encoded: bool) -> Texts:
    """Return texts about the layer of a stage, which moves particles, or points of the target if they are encoded."""
    stage = min(stage, trace.last_stage)
    sentences = trace.sentences(stage, edits.of(stage), encoded=encoded)
    shorter = r"(?<=.) \d+ of \d+", ":.*", r"( \d+ of \d+)?:.*"  # without number; the name; the name without number
    return *sentences, *(re.sub(left_out, "", sentences[-1]) for left_out in shorter)


def describe_particle(trace: Trace, particle: int, numbers: Numbers, stage: int) -> Texts:
    """Return texts about the particle with an index: its positions at the base and the target, and the stage."""
    stage = min(stage, trace.last_stage)
    name, places = f"Particle {particle:,}", _ends(trace, particle, numbers)
    if not trace.has_densities:
        return _texts(name, places, LATER if trace.awaits_densities else UNKNOWN)
    is_folded = trace.folded is not None and bool(trace.folded[particle])
    density = _density(trace, particle, numbers, stage, is_folded=is_folded)
    log_det = f"log|det J| of this stage {_signed(trace.log_det_of(stage)[particle])}"
    return _texts(name, places, f"{density} · {log_det}")


def describe_probe(probe: Trace, numbers: Numbers, stage: int) -> Texts:
    """Return texts about a point, the only one of the trace: its positions at the stage, the base and the target."""
    stage = min(stage, probe.last_stage)
    is_folded = probe.is_continuous and not np.isfinite(probe.log_density(stage)[0])
    here = f"Here {numbers.point(probe.positions[stage, 0])}"
    return _texts(here, _ends(probe, 0, numbers), _density(probe, 0, numbers, stage, is_folded=is_folded))


def _ends(trace: Trace, particle: int, numbers: Numbers) -> tuple[str, str]:
    base, target = (numbers.point(trace.positions[stage, particle]) for stage in (0, -1))
    return f"base {base}", f"target {target}"


def _density(trace: Trace, particle: int, numbers: Numbers, stage: int, *, is_folded: bool) -> str:
    log_density = trace.log_density(stage)[particle] - numbers.units.log_det
    place = "" if stage == trace.last_stage else " of this stage"  # else it would be taken for that at the target
    return NO_DENSITY if is_folded else f"log p{place} {_signed(log_density)} nats"


def _texts(name: str, places: tuple[str, str], numbers: str) -> Texts:
    """Return the description of a point, and shorter ones with fewer of its places for narrow windows."""
    return tuple(" · ".join((name, *places[first:], numbers)) for first in range(len(places) + 1))


def _decimals(spread: float) -> int:
    return max(0, ceil(2 - log10(spread))) if spread > 0 else 2


def _signed(number: float, decimals: int = 2) -> str:
    return f"{number:.{decimals}f}".replace("-", "\N{MINUS SIGN}")
