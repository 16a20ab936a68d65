"""Traces of particles through the stages of a flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.arguments import unmasked
from flowviz.errors import SpecError
from flowviz.records.base_distribution import STANDARD_NORMAL, Base
from flowviz.records.bases import base_of
from flowviz.records.equality import EqualByContent
from flowviz.records.mixture import Mixture
from flowviz.specs import FlowSpec
from flowviz.specs.edits import LayerEdit
from flowviz.specs.explanations import (
    BASE_CLOUDS,
    MOVED,
    RECORDED_STAGE,
    SHORT_TERMS,
    STAGE_TITLES,
    STAGES,
    base_explanation,
    layer_sentences,
    stage_title,
)
from flowviz.specs.recipes import BASE, FLOW_STEP, LINEAR_MIXING, PERMUTE, RECORDED

PARTICLES = 8000
MIN_CHANGE = 1e-4  # nats; smaller totals are rounding errors
NORMAL_REACH = 2.6  # 99% of a standard normal coordinate lies between -2.6 and 2.6
FARTHEST = 1e30  # flow units; points beyond count as being there, so that no distance overflows
CENTRAL = 0.99  # share of the particles that a view must show along each axis
CONVERTED = "OSU"  # kinds of arrays, objects and text, that may contain numbers
KEPT = np.float16, np.float32, np.float64
TOGETHER = 16_384  # particles that are followed together, because a network takes a kilobyte for each
REMEMBERED = 8  # traces of untrained flows; one takes 2 MB


def base_particles(count: int = PARTICLES, seed: int = 0, base: Base = STANDARD_NORMAL) -> NDArray[np.float32]:
    """Draw particles (count, 2) from a base distribution, the positions of a trace at stage 0.

    Raises:
        SpecError: If the count or the seed is negative.
    """
    for name, value in {"number of points": count, "seed": seed}.items():
        if value < 0:
            raise SpecError(f"The {name} is {value}; it must be 0 or more.")
    return base.sample(count, seed)


def checked_points(points: ArrayLike) -> NDArray[Any]:
    """Return points as an array (n, 2) of floating-point numbers.

    Raises:
        SpecError: If they have another shape, or are not numbers.
    """
    try:
        found = np.asarray(unmasked(points))
        if found.dtype.kind in CONVERTED:
            found = found.astype(np.float64)
        numeric = found if found.dtype in KEPT else found.astype(np.float64, casting="same_kind")
    except (ValueError, TypeError) as error:
        raise SpecError("Points must be an array of numbers with shape (n, 2).") from error
    if numeric.ndim != 2 or numeric.shape[1] != 2:
        raise SpecError(f"Points must have shape (n, 2), not {numeric.shape}.")
    return numeric


def slices(count: int) -> list[slice]:
    """Return the parts of points that are computed together, to bound memory. No points are one empty part."""
    return [slice(start, min(start + TOGETHER, count)) for start in range(0, max(count, 1), TOGETHER)]


def checked_stage(stage: int, last: int) -> int:
    """Return the number of a stage unchanged if it is from 0 to `last`.

    Raises:
        SpecError: If there is no such stage.
    """
    if not 0 <= stage <= last:
        raise SpecError(f"There is no stage {stage}. Stages are numbered from 0 to {last}.")
    return stage


def central_box(positions: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the box that holds the central 99% of particles along each axis.

    Args:
        positions: Positions of the particles (n, 2). Coordinates that are not finite are ignored.

    Returns:
        Lower left and upper right corner (2, 2). If no coordinate along an axis is finite, the interval on this axis is
        that of a standard normal distribution.
    """
    sides = [_central_interval(coordinates) for coordinates in positions.T]
    return np.array(sides, np.float64).T


def _central_interval(coordinates: NDArray[np.floating]) -> tuple[float, float]:
    if not np.isfinite(coordinates).all():
        coordinates = coordinates[np.isfinite(coordinates)]
    if not len(coordinates):
        return -NORMAL_REACH, NORMAL_REACH
    cut = int((1 - CENTRAL) / 2 * (len(coordinates) - 1))
    low, high = (np.partition(coordinates, k)[k] for k in (cut, len(coordinates) - 1 - cut))  # np.quantile is slow
    return float(low), float(high)


def _mean_size(log_det: NDArray[np.float32]) -> float:
    """Return the mean of |log|det J|| in nats over the particles (n,) with a finite value, or 0 if there are none."""
    sizes = np.abs(log_det[np.isfinite(log_det)])
    return float(sizes.mean(dtype=np.float64)) if len(sizes) else 0.0


@dataclass(frozen=True, eq=False)
class Trace(EqualByContent):
    """The positions of particles at every stage of a flow, from base space (stage 0) to target space (the last stage).

    Attributes:
        names: Names of the stages (stages,): the number and the kind, joined by an underscore.
        positions: Positions (stages, n, 2), float32, in flow units.
        log_det: Forward log|det J| (stages, n), float32, in nats, accumulated from the base to each stage. NaN at all
            stages, even the base, if they have not been computed.
        round_trip_error: Maximum of |x − inverse(forward(x))| / max(1, |x|) over the particles, for each bijector alone
            (stages,). None if not measured.
        folded: Particles (n,) at which a bijector folds the plane over, so that densities are inexact: it has no
            inverse there, or one that is another particle. None if there are none.
        base: The distribution at stage 0, from which generated particles are drawn.
        columns: Values (n,), float32, by which the particles can be colored, by name. Only recorded flows have some.

    Raises:
        ValueError: If the shapes do not match.
    """

    names: tuple[str, ...]
    positions: NDArray[np.float32]
    log_det: NDArray[np.float32]
    round_trip_error: NDArray[np.float32] | None = None
    folded: NDArray[np.bool_] | None = None
    base: Base = field(default=STANDARD_NORMAL, kw_only=True)
    columns: Mapping[str, NDArray[np.float32]] = field(default_factory=dict, kw_only=True)

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
        folded = [np.zeros(part.positions.shape[1], np.bool_) if (f := part.folded) is None else f for part in parts]
        return cls(
            parts[0].names,
            np.concatenate([part.positions for part in parts], axis=1),
            np.concatenate([part.log_det for part in parts], axis=1),
            np.max(errors, axis=0) if len(errors) == len(parts) else None,
            None if all(part.folded is None for part in parts) else np.concatenate(folded),
            base=parts[0].base,
        )

    def moved(self, first: int, positions: NDArray[np.float32]) -> "Trace":
        """Return the trace with other positions (k, n, 2) at k stages from `first` on, and unknown log-determinants."""
        stages = slice(first, first + len(positions))
        all_positions, boxes = self.positions.copy(), self.boxes.copy()
        all_positions[stages] = positions
        boxes[stages] = [central_box(each) for each in positions]
        found = Trace(self.names, all_positions, np.full_like(self.log_det, np.nan), base=self.base)
        vars(found)["boxes"] = boxes  # as the cached property does; those of all stages take longer than the positions
        return found

    @property
    def last_stage(self) -> int:
        """Return the number of the last stage, in target space."""
        return len(self.names) - 1

    @cached_property
    def has_log_dets(self) -> bool:
        """Return whether the log-determinants have been computed."""
        return not (self.log_det.size and np.isnan(self.log_det[0]).all())

    @property
    def is_recorded(self) -> bool:
        """Return whether it is that of a recorded flow, whose stages have names of another program."""
        return self.base.name == RECORDED

    @property
    def awaits_densities(self) -> bool:
        """Return whether the log-densities have not been computed yet."""
        return self.base.has_density and not self.has_log_dets

    @property
    def has_densities(self) -> bool:
        """Return whether the log-densities are known: both the log-determinants and the density of the base."""
        return self.has_log_dets and self.base.has_density

    @property
    def largest_round_trip_error(self) -> float | None:
        """Return the round-trip error of the worst bijector. None if not measured."""
        return None if self.round_trip_error is None else float(self.round_trip_error.max())

    @property
    def folded_share(self) -> float:
        """Return the share of the particles at which a bijector folds the plane over, from 0 to 1."""
        return 0.0 if self.folded is None else float(self.folded.mean())

    def folds_near(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return whether a bijector folds the plane over at the particle that ends nearest to each point (n, 2)."""
        ends = self.positions[-1]
        known = np.isfinite(ends).all(axis=1)  # diverged particles are not near any point
        if self.folded is None or not known.any():
            return np.zeros(len(points), np.bool_)
        nearest = nearest_particles(ends[known], np.nan_to_num(points).clip(-FARTHEST, FARTHEST))
        return np.asarray(self.folded[known][nearest])

    def log_density(self, stage: int) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats of the distribution at a stage, at each particle.

        By the change of variables, this is the log-density of the base minus the log-determinant.
        """
        return np.asarray(self.base_log_density - self.log_det[stage])

    @cached_property
    def base_log_density(self) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats of the base at the position of each particle there."""
        return np.asarray(self.base.log_prob(self.positions[0]))

    @cached_property
    def component(self) -> NDArray[np.intp] | None:
        """Return the component (n,) of the base that most likely produced each particle. None if it has none."""
        return self.base.component_of(self.positions[0])

    @property
    def component_count(self) -> int | None:
        """Return the number of components of the base. None if it is not a mixture."""
        return len(self.base.components) if isinstance(self.base, Mixture) else None

    def particles_of(self, base: Base) -> NDArray[np.float32]:
        """Return the positions (n, 2) of these particles at a base: drawn anew if a training has changed it."""
        return self.positions[0] if base == self.base else base_particles(self.positions.shape[1], base=base)

    def log_det_of(self, stage: int) -> NDArray[np.float32]:
        """Return log|det J| (n,) in nats of the bijector of a stage alone, or 0 for the base."""
        return np.asarray(self.log_det[stage] - self.log_det[max(stage - 1, 0)])

    @cached_property
    def volume_shares(self) -> NDArray[np.float64]:
        """Return the share of each stage (stages,) in the change of areas: its mean |log|det J||, divided by their sum.

        All are 0 if the flow does not change areas, and NaN if the log-determinants have not been computed.
        """
        if not self.has_log_dets:
            return np.full(len(self.names), np.nan)
        means = np.array([_mean_size(self.log_det_of(stage)) for stage in range(len(self.names))])
        return means / means.sum() if means.sum() > MIN_CHANGE else np.zeros_like(means)

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Return the central box of the particles at each stage (stages, 2, 2): lower left and upper right corner."""
        return np.array([central_box(positions) for positions in self.positions])

    @property
    def nlls(self) -> NDArray[np.float64]:
        """Return −log p (n,) in nats of the particles at the last stage, NaN for those to which no inverse is found."""
        return -self.log_density(self.last_stage).astype(np.float64)

    def measure(self) -> None:
        """Compute and cache the boxes and the volume shares. Call this off the GUI thread."""
        _ = self.boxes, self.volume_shares

    def finite(self) -> bool:
        """Return whether all positions and log-determinants are finite."""
        return bool(np.isfinite(self.positions).all() and np.isfinite(self.log_det).all())

    @property
    def is_continuous(self) -> bool:
        """Return whether all stages are equal time steps of an integrator."""
        return not self.is_recorded and all(name.endswith(f"_{FLOW_STEP}") for name in self.names[1:])

    def position(self, stage: int) -> str:
        """Return where a stage is, such as "Stage 7 of 19", or "t = 0.35 · step 7 of 20" for a continuous flow."""
        if not self.is_continuous:
            return f"Stage {stage} of {self.last_stage}"
        return f"t = {stage / self.last_stage:.2f} · step {stage} of {self.last_stage}"

    def title(self, stage: int, edit: LayerEdit | None = None) -> str:
        """Return the number and title of a stage, which may be edited; see `stage_title`.

        Examples are "7 of 19 · Coupling: moves points up and down" and "0 of 19 · Base: a round Gaussian cloud".
        """
        number, _, kind = self.names[stage].partition("_")
        if self.is_recorded:
            return f"{int(number)} of {self.last_stage} · {kind}"
        title = f"Base: {BASE_CLOUDS[self.base.name]}" if kind == BASE else stage_title(kind, edit)
        return f"{int(number)} of {self.last_stage} · {title}"

    def explanation(self, stage: int) -> str:
        """Return an explanation of a stage for beginners."""
        kind = self.names[stage].partition("_")[2]
        if self.is_recorded:
            return RECORDED_STAGE if stage else base_explanation(self.base.name)
        return base_explanation(self.base.name) if kind == BASE else STAGES[kind]

    def sentences(self, stage: int, edit: LayerEdit | None = None, *, encoded: bool = False) -> tuple[str, str]:
        """Return a full and a short sentence about what a stage does, which may be edited; see `layer_sentences`."""
        kinds = [name.partition("_")[2] for name in self.names]
        if self.is_recorded:
            sentence = f"{kinds[stage]}: {MOVED if stage else BASE_CLOUDS[self.base.name]}"
            return sentence, sentence
        return layer_sentences(kinds, stage, encoded=encoded, base=self.base.name, edit=edit)

    def short_title(self, stage: int) -> str:
        """Return the number and the term of a stage, such as "7 · Coupling", or its time, such as "t = 0.35"."""
        if self.is_continuous:
            return f"t = {stage / self.last_stage:.2f}"
        number, _, kind = self.names[stage].partition("_")
        term = kind if self.is_recorded else SHORT_TERMS.get(kind) or STAGE_TITLES[kind].partition(":")[0]
        return f"{int(number)} · {term}"


def nearest_particles(particles: NDArray[np.floating], points: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return the number (m,) of the particle (n, 2) that is nearest to each of the points (m, 2)."""
    from scipy.spatial import KDTree  # imported here because it takes a tenth of a second

    return np.asarray(KDTree(particles).query(points)[1])


def untrained_trace(spec: FlowSpec, particles: NDArray[np.float32] | None = None) -> Trace:
    """Return the trace of an untrained flow, without loading TensorFlow.

    All bijectors are initialized to the identity, except permutations and linear mixings, which swap the coordinates.

    Args:
        spec: Spec of the flow.
        particles: Draws (n, 2) from the base distribution. None for the usual ones.
    """
    return _usual_trace(spec, spec.stage_names()) if particles is None else _unmoved(spec, particles)


@lru_cache(REMEMBERED)
def _usual_trace(spec: FlowSpec, _: tuple[str, ...]) -> Trace:
    """Return the trace of the usual particles. The stages of an extension, which can change, are part of the key."""
    return _unmoved(spec, base_particles(base=base_of(spec)))


def _unmoved(spec: FlowSpec, particles: NDArray[np.float32]) -> Trace:
    positions = [particles]
    for kind in spec.bijector_kinds():
        positions.append(positions[-1][:, ::-1] if kind in {PERMUTE, LINEAR_MIXING} else positions[-1])
    stages = len(positions)
    return Trace(
        spec.stage_names(),
        np.stack(positions),
        log_det=np.zeros((stages, len(particles)), np.float32),
        round_trip_error=np.zeros(stages, np.float32),
        base=base_of(spec),
    )
