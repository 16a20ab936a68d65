"""The particles after each bijector."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.errors import SpecError
from flowviz.records.base_distribution import BASE_DISTRIBUTION
from flowviz.specs import FlowSpec
from flowviz.specs.explanations import STAGE_TITLES, layer_sentences
from flowviz.specs.recipes import LINEAR_MIXING, PERMUTE

PARTICLES = 8000
SMALLEST_CHANGE = 1e-4  # nats: less is rounding
NORMAL_REACH = 2.6  # standard deviations: 99% of a standard normal coordinate is nearer
CENTRAL = 0.99  # of the particles: what a view has to show, along each axis
TOGETHER = 16_384  # particles that are followed at once: the networks of a flow take a kilobyte for each


def base_particles(count: int = PARTICLES, seed: int = 0) -> NDArray[np.float32]:
    """Return draws (count, 2) from the base distribution: the particles of a trace at stage 0.

    Raises:
        SpecError: If the count or the seed is negative.
    """
    for name, value in {"number of points": count, "seed": seed}.items():
        if value < 0:
            raise SpecError(f"The {name} is {value}; it must be 0 or more.")
    return BASE_DISTRIBUTION.sample(count, seed)


def checked_points(points: ArrayLike) -> NDArray[Any]:
    """Return points as an array (n, 2) of floating-point numbers.

    Raises:
        SpecError: If they have another shape, or are not numbers.
    """
    try:
        found = np.asarray(points)
        numeric = found if found.dtype.kind == "f" else found.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise SpecError("Points are an array of numbers with the shape (n, 2).") from error
    if numeric.ndim != 2 or numeric.shape[1] != 2:
        raise SpecError(f"Points have the shape (n, 2), but the shape of these is {numeric.shape}.")
    return numeric


def slices(count: int) -> list[slice]:
    """Return the parts of points that are computed together, to bound memory. No points are one empty part."""
    return [slice(start, min(start + TOGETHER, count)) for start in range(0, max(count, 1), TOGETHER)]


def checked_stage(stage: int, last: int) -> int:
    """The number of a stage, if it is one from 0 to the last. Raises `SpecError`."""
    if not 0 <= stage <= last:
        raise SpecError(f"There is no stage {stage}: the stages go from 0 to {last}.")
    return stage


def central_box(positions: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the lower left and the upper right corner (2, 2) of the central 99% of positions (n, 2) on each axis.

    Positions that are not finite are left out. If none is finite, the box is that of the standard normal.
    """
    sides = [_central_interval(coordinates) for coordinates in positions.T]
    return np.array(sides, np.float64).T


def _central_interval(coordinates: NDArray[np.floating]) -> tuple[float, float]:
    if not np.isfinite(coordinates).all():
        coordinates = coordinates[np.isfinite(coordinates)]
    if not len(coordinates):
        return -NORMAL_REACH, NORMAL_REACH
    cut = int((1 - CENTRAL) / 2 * (len(coordinates) - 1))
    ranked = np.partition(coordinates, [cut, len(coordinates) - 1 - cut])  # ten times as fast as np.quantile
    return float(ranked[cut]), float(ranked[-1 - cut])


def _mean_size(log_det: NDArray[np.float32]) -> float:
    """The mean of |log|det J|| over the particles (n,) where it is finite; 0 where it nowhere is."""
    sizes = np.abs(log_det[np.isfinite(log_det)])
    return float(sizes.mean(dtype=np.float64)) if len(sizes) else 0.0


@dataclass(frozen=True)
class Trace:
    """Where each particle is at every stage, in drawing order: stage 0 is the base, the last one the target space.

    positions (stages, n, 2), in target units at the last stage; log_det (stages, n), the forward log|det J| in nats
    from the base up to that stage, 0 at stage 0; names (stages,). round_trip_error (stages,), of each bijector by
    itself: the largest |x - inverse(forward(x))| / max(1, |x|) over the particles; None where it was not measured.
    """

    names: tuple[str, ...]
    positions: NDArray[np.float32]
    log_det: NDArray[np.float32]
    round_trip_error: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        stages, particles, _ = self.positions.shape
        if len(self.names) != stages or self.log_det.shape != (stages, particles):
            raise ValueError(
                f"a Trace of {len(self.names)} names cannot have positions {self.positions.shape} "
                f"and log_det {self.log_det.shape}"
            )

    @classmethod
    def joined(cls, parts: Sequence["Trace"]) -> "Trace":
        """Return the trace of all particles, given those of some of them each."""
        if len(parts) == 1:
            return parts[0]
        errors = [part.round_trip_error for part in parts if part.round_trip_error is not None]
        return cls(
            parts[0].names,
            np.concatenate([part.positions for part in parts], axis=1),
            np.concatenate([part.log_det for part in parts], axis=1),
            np.max(errors, axis=0) if len(errors) == len(parts) else None,
        )

    @property
    def last_stage(self) -> int:
        """The number of the stage in target space."""
        return len(self.names) - 1

    @property
    def largest_round_trip_error(self) -> float | None:
        """That of the worst bijector."""
        return None if self.round_trip_error is None else float(self.round_trip_error.max())

    def log_density(self, stage: int) -> NDArray[np.float32]:
        """The log-density of the stage's own distribution at each particle, (n,): base less log-det, in nats."""
        found: NDArray[np.float32] = BASE_DISTRIBUTION.log_prob(self.positions[0]) - self.log_det[stage]
        return found

    def log_det_of(self, stage: int) -> NDArray[np.float32]:
        """log|det J| of that stage's bijector alone, (n,), in nats; 0 for the base."""
        found: NDArray[np.float32] = self.log_det[stage] - self.log_det[max(stage - 1, 0)]
        return found

    @cached_property
    def volume_shares(self) -> NDArray[np.float64]:
        """The share (stages,) of each stage in the change of areas: the mean of its |log|det J||, of the sum of all."""
        means = np.array([_mean_size(self.log_det_of(stage)) for stage in range(len(self.names))])
        return means / means.sum() if means.sum() > SMALLEST_CHANGE else np.zeros_like(means)

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """The central box of the particles at each stage, (stages, 2, 2): its lower left and upper right corner."""
        return np.array([central_box(positions) for positions in self.positions])

    @property
    def nll(self) -> float:
        """The mean of -log p over the particles at the last stage, in nats."""
        return -float(self.log_density(self.last_stage).mean(dtype=np.float64))

    def measure(self) -> None:
        """Compute, and keep, what the window needs of a trace at once: call it off the GUI thread."""
        _ = self.boxes, self.volume_shares

    def finite(self) -> bool:
        """Whether no position or log-det is NaN or infinite."""
        return bool(np.isfinite(self.positions).all() and np.isfinite(self.log_det).all())

    def title(self, stage: int) -> str:
        """Return the number and title of a stage, such as "7 of 19 · Coupling: moves points up and down"."""
        number, _, kind = self.names[stage].partition("_")
        return f"{int(number)} of {self.last_stage} · {STAGE_TITLES.get(kind, kind)}"

    def sentences(self, stage: int, *, encoded: bool = False) -> tuple[str, str]:
        """Return a sentence about what a stage does, and a short one; see `layer_sentences`."""
        kinds = [name.partition("_")[2] for name in self.names]
        return layer_sentences(kinds, stage, encoded=encoded)

    def short_title(self, stage: int) -> str:
        """Return the number and the term of a stage, such as "7 · Coupling"."""
        number, _, kind = self.names[stage].partition("_")
        return f"{int(number)} · {STAGE_TITLES.get(kind, kind).partition(':')[0]}"


def untrained_trace(spec: FlowSpec, particles: NDArray[np.float32]) -> Trace:
    """The trace of a flow before its first step, known without TensorFlow: (n, 2) particles of the base at every stage.

    All bijectors start as the identity but the permutations and the linear mixings, which mirror.
    """
    positions = [particles]
    for kind in spec.bijector_kinds():
        positions.append(positions[-1][:, ::-1] if kind in {PERMUTE, LINEAR_MIXING} else positions[-1])
    stages = len(positions)
    return Trace(
        spec.stage_names(),
        np.stack(positions),
        log_det=np.zeros((stages, len(particles)), np.float32),
        round_trip_error=np.zeros(stages, np.float32),
    )
