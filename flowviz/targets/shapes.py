"""The shapes of the catalogue: those with edges are ink, those without are drawn from by formula."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError, TargetError
from flowviz.records.energy import Energy
from flowviz.specs import ShapeName
from flowviz.targets.cloud import Cloud
from flowviz.targets.densities import (
    CIRCLE_NOISE,
    CIRCLES,
    DENSITIES,
    EIGHT_CENTERS,
    EIGHT_NOISE,
    NOISES,
    RINGS,
    Formula,
    Noise,
    pinwheel_entropy,
)
from flowviz.targets.ink import Ink
from flowviz.targets.region import Region
from flowviz.targets.target import Extent, Target, widened

Array = NDArray[np.floating]  # float32 wherever there are many: twice as fast
Draw = Callable[[int, np.random.Generator], Array]
LogProb = Callable[[NDArray[np.float64]], NDArray[np.floating]]

SIDE = 600  # pixels of a shape with edges
STANDARD_SAMPLE = 200_000
STANDARD_SEED = 0
MAX_REASON = 200  # characters
GAUSSIAN_ENTROPY = float(1 + np.log(2 * np.pi))  # of a standard one in the plane, in nats


def shape_target(name: ShapeName) -> Target:
    """Return the shape with a name."""
    if name in EDGED:
        return Ink(_mask(EDGED[name]))
    draw, entropy = DRAWN[name]
    if (log_prob := LOG_PROBS.get(name)) is None:
        return _drawn(draw, entropy, DENSITIES.get(name))
    density, own_entropy = _density_of_extension(name, draw, log_prob)
    return Drawn(draw, entropy() if entropy else own_entropy, density)


@lru_cache(maxsize=4)  # drawing its standard sample takes 30 ms; the windows of a project and its exports ask for it
def _drawn(draw: Draw, entropy: Callable[[], float] | None, density: Formula | Noise | None) -> "Drawn":
    return Drawn(draw, entropy() if entropy else None, density)


def add_shape(name: ShapeName, draw: Draw, entropy: float | None, log_prob: LogProb | None = None) -> None:
    """Add a shape of an extension.

    Args:
        name: Its name.
        draw: Draws points (n, 2).
        entropy: Its entropy in nats, if known.
        log_prob: Returns the log-density (n,) in nats of points (n, 2), up to a constant, if known.
    """
    DRAWN[name] = partial(_drawn_by_extension, name, draw), None if entropy is None else lambda: entropy
    LOG_PROBS[name] = log_prob


@lru_cache(maxsize=4)
def _density_of_extension(name: ShapeName, draw: Draw, log_prob: LogProb) -> tuple[Formula, float]:
    """Return the density of an extension, normalized around its points, and its entropy. Raises `TargetError`."""

    def unnormalized(x: Array, y: Array) -> NDArray[np.float64]:
        points = np.stack(np.broadcast_arrays(x, y), axis=-1).reshape(-1, 2)
        return np.reshape(np.asarray(log_prob(points), np.float64), np.broadcast_shapes(x.shape, y.shape))

    points = draw(STANDARD_SAMPLE, np.random.default_rng(STANDARD_SEED)).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    try:
        energy = Energy.of(lambda x, y: unnormalized(x, y[:, np.newaxis]), widened(low, high, (high - low) / 2))
    except Exception as error:  # whatever the code of a user raises
        raise _failure(name, error) from error
    return Formula(lambda x, y: unnormalized(x, y) - energy.log_mass), energy.entropy


def _failure(name: ShapeName, error: Exception) -> TargetError:
    kind = "" if isinstance(error, SpecError) else f"{type(error).__name__}: "
    text = " ".join(f"{kind}{error}".split())[:MAX_REASON].removesuffix(".")
    return TargetError(f"The target {name}, which an extension adds, failed: {text}.")


def _drawn_by_extension(name: ShapeName, draw: Draw, count: int, rng: np.random.Generator) -> Array:
    """Draw points (count, 2). Raises `TargetError` if the extension does not."""
    try:
        points = np.asarray(draw(count, rng), np.float32)
    except Exception as error:  # whatever the code of a user raises
        raise _failure(name, error) from error
    if points.shape != (count, 2):
        raise TargetError(f"The target {name} of an extension drew points {points.shape} instead of ({count}, 2).")
    is_flat = count == STANDARD_SAMPLE and not points.std(axis=0).all()
    if is_flat or not np.isfinite(points).all():
        raise TargetError(f"The target {name} of an extension drew points on a line, or some that are not finite.")
    return points


class Drawn(Cloud):
    """A distribution that is drawn from by formula.

    Args:
        draw: Draws points (count, 2).
        entropy: Entropy of the drawn points in nats. None if unknown.
        density: Density of the drawn points. None if unknown.
    """

    def __init__(self, draw: Draw, entropy: float | None, density: Formula | Noise | None = None) -> None:
        points = draw(STANDARD_SAMPLE, np.random.default_rng(STANDARD_SEED))
        self._density = density
        x, y = points.T  # across the two columns at once, NumPy takes 40 times as long
        self._box = float(x.min()), float(x.max()), float(y.min()), float(y.max())
        self._draw, self._center = draw, points.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._unit = float(points.std(axis=0, dtype=np.float64).max())
        # h(a·Y) = h(Y) + 2 log a in the plane.
        super().__init__(
            self._standardized(points), None if entropy is None else entropy - 2 * float(np.log(self._unit))
        )

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw points (count, 2)."""
        return self._standardized(self._draw(count, rng))

    def log_prob(self, points: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Return the log-density (n,) in nats of the drawn points at points (n, 2), or None if it is unknown."""
        if self._density is None:
            return None
        return self._density.log_prob(self._drawn_at(points)) + 2 * float(np.log(self._unit))

    @property
    def has_density(self) -> bool:
        """Return whether `log_prob` is known, without the library that computes it."""
        return self._density is not None

    def log_weights(
        self, points: NDArray[np.floating], log_density: NDArray[np.floating]
    ) -> NDArray[np.float64] | None:
        """Return the log importance weights (n,) by the lattice of log-densities, which is faster than formulas."""
        return None if self.energy is None else self.energy.log_prob(points) - log_density

    def contains(self, points: NDArray[np.floating]) -> NDArray[np.bool_] | None:
        """Return a mask (n,) of the points (n, 2) in the region that holds 99.9% of the probability."""
        if self._density is None:
            return None
        return _region(self._density, self._box).contains(self._drawn_at(points))

    def _log_density_on_grid(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        assert self._density is not None
        with np.errstate(divide="ignore"):
            density = self._density.on_grid(x * self._unit + self._center[0], y * self._unit + self._center[1])
            return np.asarray(np.log(density) + 2 * np.log(self._unit))

    def _drawn_at(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Convert points (n, 2) from flow units to the units of the formula."""
        return np.asarray(np.asarray(points, np.float64) * self._unit + self._center)

    def _standardized(self, points: Array) -> NDArray[np.float32]:
        return np.asarray((points - self._center) / self._unit, np.float32)


@cache
def _region(density: Formula | Noise, extent: Extent) -> Region:
    return Region.of_highest_density(density.on_grid, extent)


def _mask(inside: Callable[[Array, Array], NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return a mask of the shape over the square from -1 to 1, trimmed."""
    middles = (np.arange(SIDE, dtype=np.float32) + np.float32(0.5)) * (2 / SIDE) - 1
    mask = inside(middles, -middles[:, np.newaxis])
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _square(x: Array, y: Array) -> NDArray[np.bool_]:
    return (np.abs(x) <= 1) & (np.abs(y) <= 1)


def _checkerboard(x: Array, y: Array) -> NDArray[np.bool_]:
    return np.asarray((np.floor(2 * x) + np.floor(2 * y)) % 2 == 0)


def _cross(x: Array, y: Array) -> NDArray[np.bool_]:
    return (np.abs(x) <= 1 / 3) | (np.abs(y) <= 1 / 3)


def _star(x: Array, y: Array) -> NDArray[np.bool_]:
    """Return which points are in a pentagram: they lie in four or more of the five half-planes."""
    angles = np.pi / 2 + 2 * np.pi * np.arange(5) / 5
    depth = np.cos(2 * np.pi / 5)  # of the inner pentagon, where the outer points lie at 1
    sides: NDArray[np.intp] = np.sum([x * np.cos(a) + y * np.sin(a) <= depth for a in angles], axis=0)
    return sides >= 4


def _heart(x: Array, y: Array) -> NDArray[np.bool_]:
    """Return where (x² + y² − 1)³ ≤ x² y³, scaled to fit."""
    x, y = 1.25 * x, 1.25 * y + 0.1
    return (x**2 + y**2 - 1) ** 3 <= x**2 * y**3


def _smiley(x: Array, y: Array) -> NDArray[np.bool_]:
    radius = np.hypot(x, y)
    face: NDArray[np.bool_] = (radius >= 0.85) & (radius <= 1)
    eyes: NDArray[np.bool_] = np.hypot(np.abs(x) - 0.33, y - 0.3) <= 0.13
    mouth: NDArray[np.bool_] = (np.abs(np.hypot(x, y - 0.05) - 0.55) <= 0.07) & (y <= -0.15)
    return face | eyes | mouth


def _gaussian(count: int, rng: np.random.Generator) -> Array:
    """Draw from a Gaussian with correlation 0.8."""
    normal = _normal((count, 2), rng)
    normal[:, 1] = 0.8 * normal[:, 0] + 0.6 * normal[:, 1]
    return normal


def _two_moons(count: int, rng: np.random.Generator) -> Array:
    """Draw as scikit-learn's `make_moons(noise=0.08)` does."""
    angle, lower = np.pi * _uniform(count, rng), _uniform(count, rng) < 0.5
    x, y = np.cos(angle), np.sin(angle)
    x[lower], y[lower] = 1 - x[lower], 0.5 - y[lower]
    return _noisy(x, y, 0.08, rng)


def _around(radii: tuple[float, ...], count: int, rng: np.random.Generator) -> Array:
    """Draw Gaussian noise around circles, each of which gets equally many points on average."""
    angle, radius = 2 * np.pi * _uniform(count, rng), np.array(radii)[rng.integers(len(radii), size=count)]
    return _noisy(radius * np.cos(angle), radius * np.sin(angle), CIRCLE_NOISE, rng)


def _eight_gaussians(count: int, rng: np.random.Generator) -> Array:
    x, y = 2 * EIGHT_CENTERS[rng.integers(8, size=count)].T
    return _noisy(x, y, EIGHT_NOISE, rng)


def _pinwheel(count: int, rng: np.random.Generator) -> Array:
    """Draw five Gaussian spokes, turned by an angle that grows with the radius: Johnson et al. 2016."""
    spoke, normal = rng.integers(5, size=count), _normal((count, 2), rng)
    along, across = 1 + 0.3 * normal[:, 0], 0.1 * normal[:, 1]
    angle = 2 * np.pi * spoke / 5 + 0.25 * np.exp(along)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([along * cos - across * sin, along * sin + across * cos], axis=1)


def _two_spirals(count: int, rng: np.random.Generator) -> Array:
    turn = 3 * np.pi * np.sqrt(_uniform(count, rng))  # the root: as dense outside as inside
    sign = np.where(_uniform(count, rng) < 0.5, 1, -1)
    return _noisy(sign * -np.cos(turn) * turn, sign * np.sin(turn) * turn, 0.25, rng)


def _swiss_roll(count: int, rng: np.random.Generator) -> Array:
    """Draw as scikit-learn's `make_swiss_roll(noise=0.3)` does, seen from its end."""
    turn = 1.5 * np.pi * (1 + 2 * _uniform(count, rng))
    return _noisy(turn * np.cos(turn), turn * np.sin(turn), 0.3, rng)


def _banana(count: int, rng: np.random.Generator) -> Array:
    """Draw y = N(0, ½²) + x²/2 with x = N(0, 1): a shear, which keeps areas. Haario et al. 1999."""
    normal = _normal((count, 2), rng)
    normal[:, 1] = 0.5 * normal[:, 1] + 0.5 * normal[:, 0] ** 2
    return normal


def _sheared_entropy(noise: float) -> float:
    """Return the entropy of y = f(x) + noise for standard normal x and noise of a standard deviation, in nats."""
    return GAUSSIAN_ENTROPY + float(np.log(noise))


def _sine(count: int, rng: np.random.Generator) -> Array:
    """Draw y = sin x + N(0, 0.2²) with x uniform over two periods: a shear again."""
    x = 4 * np.pi * _uniform(count, rng) - 2 * np.pi
    return np.stack([x, np.sin(x) + 0.2 * _normal(count, rng)], axis=1)


def _sine_entropy() -> float:
    return float(np.log(4 * np.pi) + np.log(0.2)) + GAUSSIAN_ENTROPY / 2


def _uniform(count: int, rng: np.random.Generator) -> Array:
    return rng.random(count, dtype=np.float32)


def _normal(shape: int | tuple[int, int], rng: np.random.Generator) -> Array:
    return rng.standard_normal(shape, dtype=np.float32)


def _noisy(x: Array, y: Array, noise: float, rng: np.random.Generator) -> Array:
    return np.stack([x, y], axis=1) + noise * _normal((len(x), 2), rng)


EDGED: Mapping[ShapeName, Callable[[Array, Array], NDArray[np.bool_]]] = {
    "square": _square,
    "checkerboard": _checkerboard,
    "cross": _cross,
    "star": _star,
    "heart": _heart,
    "smiley": _smiley,
}
LOG_PROBS: dict[ShapeName, LogProb | None] = {}  # log-densities of extensions, up to a constant
DRAWN: dict[ShapeName, tuple[Draw, Callable[[], float] | None]] = {
    "gaussian": (_gaussian, partial(_sheared_entropy, 0.6)),
    "two_moons": (_two_moons, NOISES["two_moons"].entropy),
    "circles": (partial(_around, CIRCLES), NOISES["circles"].entropy),
    "rings": (partial(_around, RINGS), NOISES["rings"].entropy),
    "eight_gaussians": (_eight_gaussians, NOISES["eight_gaussians"].entropy),
    "pinwheel": (_pinwheel, pinwheel_entropy),
    "two_spirals": (_two_spirals, NOISES["two_spirals"].entropy),
    "swiss_roll": (_swiss_roll, NOISES["swiss_roll"].entropy),
    "banana": (_banana, partial(_sheared_entropy, 0.5)),
    "sine": (_sine, _sine_entropy),
}
