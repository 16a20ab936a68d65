"""Stages of flows.

`forward` moves points (x, y), both (n,), from the base toward the data. `inverse` moves them back, and also returns
log|det ∂inverse/∂(x, y)|, (n,).
"""

import numpy as np
from conditioners import Curves, VelocityField, slope_change, softplus
from flow import Array, conditioner


class Permutation:
    """x′ = y,  y′ = x: swaps the coordinates, so that the next layer moves the other one."""

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return y, x

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        return y, x, np.zeros_like(x)


class AffineCoupling:
    """x′ = x,  y′ = y · exp(s(x)) + t(x)."""

    def __init__(self, numbers: dict[str, Array], bound: float | None = None, bumps: tuple = ()) -> None:
        self.curves = Curves(conditioner(numbers), bound, bumps)

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        shift, log_scale = self.curves(x)
        return x, y * np.exp(log_scale) + shift

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        shift, log_scale = self.curves(x)
        return x, (y - shift) * np.exp(-log_scale), -log_scale


class AdditiveCoupling:
    """x′ = x,  y′ = y + t(x)."""

    def __init__(self, numbers: dict[str, Array], bound: float | None = None, bumps: tuple = ()) -> None:
        self.curves = Curves(conditioner(numbers), bound, bumps)

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x, y + self.curves(x)[0]

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        return x, y - self.curves(x)[0], np.zeros_like(x)


class MaskedAutoregressive:
    """x′ = x · exp(s₁) + t₁,  y′ = y · exp(s(x′)) + t(x′)."""

    def __init__(self, numbers: dict[str, Array], bound: float | None = None, bumps: tuple = ()) -> None:
        self.curves = Curves(conditioner(numbers), bound, bumps)
        self.shift, self.log_scale = numbers["first_shift"], self.curves.bounded(numbers["first_log_scale"])

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        x = x * np.exp(self.log_scale) + self.shift
        shift, log_scale = self.curves(x)
        return x, y * np.exp(log_scale) + shift

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        shift, log_scale = self.curves(x)
        x = (x - self.shift) * np.exp(-self.log_scale)
        return x, (y - shift) * np.exp(-log_scale), -self.log_scale - log_scale


class InverseAutoregressive:
    """x′ = (x − t₁) · exp(−s₁),  y′ = (y − t(x)) · exp(−s(x)): the inverse of a masked autoregressive layer."""

    def __init__(self, numbers: dict[str, Array], bound: float | None = None, bumps: tuple = ()) -> None:
        self.layer = MaskedAutoregressive(numbers, bound, bumps)

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return self.layer.inverse(x, y)[:2]

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        x, y = self.layer.forward(x, y)
        return x, y, self.layer.log_scale + self.layer.curves(x)[1]


class SplineCoupling:
    """x′ = x,  y = g(y′; x): g is a monotone rational-quadratic spline on [−reach, reach], and else the identity.

    The network or table at x returns the logits of the widths and of the heights of the bins, and the free slopes at
    the inner knots. Durkan et al. 2019, "Neural Spline Flows", https://arxiv.org/abs/1906.04032, eq. 4–8.
    """

    min_slope = 1e-3  # at a knot

    def __init__(self, numbers: dict[str, Array], bins: int, reach: float, min_width: float, min_height: float) -> None:
        self.conditioner, self.bins, self.reach = conditioner(numbers), bins, reach
        self.minima = min_width, min_height  # of a bin, as shares of the interval

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        share = np.clip(y / (2 * self.reach) + 0.5, 0, 1)
        (start, end), (low, high), left, right = self._bin(x, share, by_height=True)
        # With ρ the fraction of the height below the share, the odds ξ / (1 − ξ) are a root of a quadratic equation.
        rho = np.where(share < 1, np.clip((share - low) / (high - low), 0, 1), 1)
        double = 2 * (high - low) / (end - start)
        b = left * (1 - rho) - right * rho
        larger = np.abs(b) + np.sqrt(b**2 + double**2 * rho * (1 - rho))
        smaller = double * np.where(b < 0, 1 - rho, rho)
        xi = np.where(b < 0, larger, smaller) / (larger + smaller)
        return x, y + 2 * self.reach * (start + (end - start) * xi - share)

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        share = np.clip(y / (2 * self.reach) + 0.5, 0, 1)
        (start, end), (low, high), left, right = self._bin(x, share, by_height=False)
        xi = np.where(share < 1, np.clip((share - start) / (end - start), 0, 1), 1)
        mixed, slope = xi * (1 - xi), (high - low) / (end - start)
        q = slope + (left + right - 2 * slope) * mixed
        value = low + (high - low) * (slope * xi**2 + left * mixed) / q
        numerator = right * xi**2 + 2 * slope * mixed + left * (1 - xi) ** 2
        return x, y + 2 * self.reach * (value - share), np.log(numerator * (slope / q) ** 2)

    def _bin(self, x: Array, share: Array, *, by_height: bool) -> list:
        """Return the ends of the bin that contains each share, along both axes, and the slopes at its ends."""
        *logits, slopes = np.split(self.conditioner(x), [self.bins, 2 * self.bins])
        knots = [self._knots(each, minimum) for each, minimum in zip(logits, self.minima, strict=True)]
        number = np.sum(share >= knots[by_height][1:-1], axis=0)
        number = np.where(share < 1, number, self.bins - 1)[np.newaxis]
        free = np.pad(slopes, ((1, 1), (0, 0))) + np.log(np.expm1(1 - self.min_slope))
        left, right = (self.min_slope + softplus(np.take_along_axis(free, number + i, 0)[0]) for i in (0, 1))
        ends = ([np.take_along_axis(each, number + i, 0)[0] for i in (0, 1)] for each in knots)
        return [*ends, left, right]

    def _knots(self, logits: Array, minimum: float) -> Array:
        powers = np.exp(logits - logits.max(axis=0))
        sizes = minimum + (1 - minimum * self.bins) * powers / powers.sum(axis=0)
        return np.pad(np.cumsum(sizes, axis=0), ((1, 0), (0, 0)))


class Bump:
    """x′ = x,  y′ = y + height · exp(−(x − x₀)² / 2w² − (y − y₀)² / 2w²), or the same for all x if x₀ is None."""

    def __init__(self, center: tuple[float | None, float], height: float, width: float) -> None:
        self.center, self.height, self.width = center, height, width

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x, y + self._rise(x, y)

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Solve by Newton's method, within bounds that narrow."""
        highest = self._rise(x, np.full_like(y, self.center[1]))
        low, high, before = y - np.maximum(highest, 0), y - np.minimum(highest, 0), y
        for _ in range(60):
            excess = before + self._rise(x, before) - y
            if np.all(np.abs(excess) <= 1e-15 * (np.abs(y) + np.abs(highest))):
                break
            low, high = np.where(excess < 0, before, low), np.where(excess > 0, before, high)
            newton = before - excess / self._slope(x, before)
            before = np.where((low <= newton) & (newton <= high), newton, (low + high) / 2)
        return x, before, -np.log(self._slope(x, before))

    def _rise(self, x: Array, y: Array) -> Array:
        across = 0 if self.center[0] is None else x - self.center[0]
        return self.height * np.exp(-(across**2 + (y - self.center[1]) ** 2) / (2 * self.width**2))

    def _slope(self, x: Array, y: Array) -> Array:
        return 1 - (y - self.center[1]) / self.width**2 * self._rise(x, y)


class LinearMixing:
    """u = x · exp(s₁) + upper · y,  x′ = y · exp(s₂) + lower · u,  y′ = u."""

    def __init__(self, numbers: dict[str, Array]) -> None:
        self.lower, self.upper, self.log_scale = (numbers[name] for name in ("lower", "upper", "log_scale"))

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        u = x * np.exp(self.log_scale[0]) + self.upper * y
        return y * np.exp(self.log_scale[1]) + self.lower * u, u

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        second = (x - self.lower * y) * np.exp(-self.log_scale[1])
        first = (y - self.upper * second) * np.exp(-self.log_scale[0])
        return first, second, np.full_like(x, -self.log_scale.sum())


class Affine:
    """x′ = x · exp(s₁) + t₁,  y′ = y · exp(s₂) + t₂."""

    def __init__(self, log_scale: Array, shift: Array) -> None:
        self.log_scale, self.shift = log_scale, shift

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        scale = np.exp(self.log_scale)
        return x * scale[0] + self.shift[0], y * scale[1] + self.shift[1]

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        scale, log_det = np.exp(-self.log_scale), np.full_like(x, -self.log_scale.sum())
        return (x - self.shift[0]) * scale[0], (y - self.shift[1]) * scale[1], log_det


class BatchNormalization(Affine):
    """Inverse, for each coordinate: x′ = (x − μ) / √(σ² + ε) · γ + β. The number `gamma` stores log γ."""

    def __init__(self, numbers: dict[str, Array], epsilon: float) -> None:
        log_scale = np.log(numbers["variance"] + epsilon) / 2 - numbers["gamma"]
        super().__init__(log_scale, numbers["mean"] - numbers["beta"] * np.exp(log_scale))


class ActNorm(Affine):
    """A learned scale and shift of each coordinate."""

    def __init__(self, numbers: dict[str, Array]) -> None:
        super().__init__(numbers["log_scale"], numbers["shift"])


class Scale(Affine):
    """A learned scale of each coordinate."""

    def __init__(self, numbers: dict[str, Array]) -> None:
        super().__init__(numbers["log_scale"], np.zeros(2))


class Planar:
    """Inverse, for a point p: p′ = p + u · tanh(w·p + b). The component of u along w is chosen such that w·u > −1.

    Rezende & Mohamed 2015, "Variational inference with normalizing flows", https://arxiv.org/abs/1505.05770, eq. 10–12.
    """

    def __init__(self, numbers: dict[str, Array]) -> None:
        u, self.w, self.b = (numbers[name] for name in ("u", "w", "b"))
        product, square = self.w @ u, self.w @ self.w
        self.product = slope_change(product)
        self.u = u + (self.product - product) / square * self.w if square > 0 else u

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        t = np.tanh(self._root(self.w[0] * x + self.w[1] * y + self.b))
        return x - t * self.u[0], y - t * self.u[1]

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        t = np.tanh(self.w[0] * x + self.w[1] * y + self.b)
        return x + t * self.u[0], y + t * self.u[1], np.log(t**2 + (1 + self.product) * (1 - t**2))

    def _root(self, level: Array) -> Array:
        """Return a with a + w·u · tanh a = level, by Newton's method from a bound on a."""
        size = np.abs(level)
        bounds = size / (1 + self.product), size - self.product
        a = np.minimum(*bounds) if self.product < 0 else np.maximum(*bounds)
        tolerance = 4 * np.finfo(np.float64).eps * (size + abs(self.product))
        for _ in range(100):
            t = np.tanh(a)
            excess = a + self.product * t - size
            a = a - excess / (t**2 + (1 + self.product) * (1 - t**2))
            if not np.any(np.abs(excess) > tolerance):
                break
        return np.sign(level) * a


class Radial:
    """Inverse, for a point p: p′ = p + β · (p − c) / (α + |p − c|), with β/α > −1.

    Rezende & Mohamed 2015, "Variational inference with normalizing flows", https://arxiv.org/abs/1505.05770, eq. 14.
    """

    def __init__(self, numbers: dict[str, Array]) -> None:
        self.center, self.alpha = numbers["center"], np.exp(numbers["log_alpha"])
        self.ratio = slope_change(numbers["ratio"])

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        x, y, distance = self._offset(x, y)
        q = distance - 1 - self.ratio
        larger = np.abs(q) + np.sqrt(q**2 + 4 * distance)
        h = 1 / (1 + np.where(q < 0, 2 * distance / larger, larger / 2))
        scale = (1 - h) + (1 + self.ratio) * h
        return self.center[0] + x / scale, self.center[1] + y / scale

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        across, up, distance = self._offset(x, y)
        h = 1 / (1 + distance)
        log_det = np.log((1 - h) + (1 + self.ratio) * h) + np.log((1 - h**2) + (1 + self.ratio) * h**2)
        return x + self.ratio * h * across, y + self.ratio * h * up, log_det

    def _offset(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Return the offset from the center, and its length in units of α."""
        x, y = x - self.center[0], y - self.center[1]
        return x, y, np.hypot(x, y) / self.alpha


class FlowStep:
    """A step of an integrator along a velocity field, p′ = p + h · Σ bᵢ kᵢ with kᵢ = v(p + cᵢ h kᵢ₋₁, t + cᵢ h).

    The inverse is found by Newton's method. Its log-determinant is NaN where the step cannot be undone.
    """

    methods = {  # pairs of c and b
        "euler": ((0, 1),),
        "midpoint": ((0, 0), (1 / 2, 1)),
        "rk4": ((0, 1 / 6), (1 / 2, 1 / 3), (1 / 2, 1 / 3), (1, 1 / 6)),
    }

    def __init__(self, field: "VelocityField", method: str, time: float, duration: float, bumps: tuple = ()) -> None:
        self.field, self.slopes, self.time, self.duration = field, self.methods[method], time, duration
        self.bumps = bumps

    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return tuple(self._step(np.stack([x, y]), self.time, self.duration))

    def inverse(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        end, log_det = np.stack([x, y]), np.full_like(x, np.nan)
        found = self._step(end, self.time + self.duration, -self.duration)
        unsolved = np.arange(len(x))
        for _ in range(12):
            here = found[:, unsolved]
            image, (a, c), (b, d) = self._step_with_jacobian(here)
            determinant = a * d - b * c
            off, up = end[:, unsolved] - image
            change = np.nan_to_num(np.stack([off * d - up * b, a * up - c * off]) / determinant, posinf=0, neginf=0)
            change = change / np.maximum(np.hypot(*change) / 0.5, 1)  # long where the plane is almost folded
            found[:, unsolved] = there = here + change
            solved = np.all(np.abs(change) <= 1e-11 * np.maximum(np.abs(there), 1), axis=0)
            log_det[unsolved[solved]] = -np.log(determinant[solved])
            unsolved = unsolved[~solved]
            if not len(unsolved):
                break
        return *found, log_det

    def _step(self, start: Array, time: float, duration: float) -> Array:
        total = velocity = np.zeros_like(start)
        for place, weight in self.slopes:
            velocity = self._velocity(start + place * duration * velocity, time + place * duration)
            total = total + weight * velocity
        return start + duration * total

    def _step_with_jacobian(self, start: Array) -> tuple[Array, Array, Array]:
        """Return the images of points (2, n), and the derivatives of both coordinates by x and by y, (2, n) each."""
        slope, total, begin = np.zeros((3, 3, *start.shape))
        begin[0], begin[1, 0], begin[2, 1] = start, 1, 1
        for place, weight in self.slopes:
            at, *tangents = begin + place * self.duration * slope
            slope = self._velocity(at, self.time + place * self.duration, tangents)
            total = total + weight * slope
        return tuple(begin + self.duration * total)

    def _velocity(self, at: Array, time: float, tangents: list[Array] | None = None) -> Array:
        """Return the velocity (2, n), and also its derivatives along tangents (2, n) if there are any."""
        found = self.field(at, time, tangents)
        for _, center, height, width in self.bumps:
            offset = (at - np.reshape(center, (2, 1))) / width
            bump = np.reshape(height, (2, 1)) * np.exp(-(offset**2).sum(axis=0) / 2)
            slopes = [1, *(-(offset * each).sum(axis=0) / width for each in tangents)] if tangents else 1
            found = found + (np.stack([bump * each for each in slopes]) if tangents else bump)
        return found
