"""Functions of one coordinate, or of a place and a time, that stages look up."""

from collections.abc import Callable

import numpy as np
from flow import Array


class VelocityField:
    """v(p, t): a multilayer perceptron of a place and a time, with sines and cosines as features."""

    def __init__(self, numbers: dict[str, Array], waves: int) -> None:
        self.kernels, self.biases = layers(numbers)
        self.frequencies = np.pi / 4 * 2.0 ** np.arange(waves)[:, np.newaxis]

    def __call__(self, at: Array, time: float, tangents: list[Array] | None = None) -> Array:
        """Return v (2, n) at points (2, n). If there are tangents (2, n), also return its derivatives along them."""
        angles = np.pi * 2.0 ** np.arange(3) * time
        times = np.concatenate([[time], np.sin(angles), np.cos(angles)])[:, np.newaxis]
        features, slopes = self._features(at)
        kernel, of_time = np.split(self.kernels[0], [len(features)], axis=1)
        z = kernel @ features + (of_time @ times + self.biases[0])
        along = [kernel @ (slopes * np.repeat(each, len(slopes) // 2, axis=0)) for each in tangents or []]
        for kernel, bias in zip(self.kernels[1:], self.biases[1:], strict=True):
            gate = 1 / (1 + np.exp(-z))
            unit = z * gate
            along = [kernel @ ((gate + unit * (1 - gate)) * each) for each in along]
            z = kernel @ unit + bias
        return np.stack([z, *along]) if along else z

    def _features(self, at: Array) -> tuple[Array, Array]:
        """Return the features of points (2, n), those of the first coordinate first, and their derivatives."""
        features, slopes = [], []
        for coordinate in at[:, np.newaxis]:
            sines, cosines = np.sin(self.frequencies * coordinate), np.cos(self.frequencies * coordinate)
            features += [coordinate, sines, cosines]
            slopes += [np.ones_like(coordinate), self.frequencies * cosines, -self.frequencies * sines]
        return np.concatenate(features), np.concatenate(slopes)


class Curves:
    """The shift t and, if there are two outputs, the log-scale s of a layer, with the bumps by which they are bent."""

    def __init__(self, conditioner: Callable, bound: float | None = None, bumps: tuple = ()) -> None:
        self.conditioner, self.bound, self.bumps = conditioner, bound, bumps

    def __call__(self, x: Array) -> list[Array]:
        """Return t(x) and s(x), both (n,)."""
        shift, *rest = self.conditioner(x)
        curves = [shift, *(self.bounded(log_scale) for log_scale in rest)]
        for curve, (center,), (height,), width in self.bumps:
            i = ("shift", "log-scale").index(curve)
            curves[i] = curves[i] + height * np.exp(-(((x - center) / width) ** 2) / 2)
        return curves

    def bounded(self, log_scale: Array) -> Array:
        """Return a log-scale that is never beyond ±bound."""
        return log_scale if self.bound is None else self.bound * np.tanh(log_scale / self.bound)


class Network:
    """A multilayer perceptron of x, with optional hat functions and triangle waves of x as features."""

    def __init__(self, numbers: dict[str, Array], hats: int, waves: int, reach: float) -> None:
        self.kernels, self.biases = layers(numbers)
        self.nodes, self.reach = np.linspace(-reach, reach, hats)[:, np.newaxis], reach
        self.frequencies = 2.0 ** np.arange(waves)[:, np.newaxis] / 8

    def __call__(self, x: Array) -> Array:
        """Return the outputs (k, n) at x (n,)."""
        distances = np.abs(np.clip(x, -self.reach, self.reach) - self.nodes)
        hats = np.maximum(1 - distances * (len(self.nodes) - 1) / (2 * self.reach), 0)
        turns = np.concatenate([self.frequencies * x, self.frequencies * x + 0.25])
        z = np.concatenate([x[np.newaxis], hats, 4 * np.abs(turns - np.round(turns)) - 1])
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            z = np.maximum(kernel @ z + bias, 0)
        return self.kernels[-1] @ z + self.biases[-1]


class Table:
    """A function of x that is linear in u = x / √(2 + x²) between evenly spaced knots.

    Its numbers are coefficients of hat functions: two lines over all knots, then hats that become half as wide from
    each level to the next, and lower by a factor of √2.
    """

    def __init__(self, numbers: dict[str, Array]) -> None:
        coefficients = numbers["coefficients"]
        self.last = coefficients.shape[1] - 1
        knots = np.linspace(0, 1, self.last + 1)
        hats = [1 - knots, knots]
        for level in range(1, int(np.log2(self.last)) + 1):
            middles = np.arange(1, 2**level, 2)[:, np.newaxis] / 2**level
            hats.extend(np.maximum(0, 1 - np.abs(knots - middles) * 2**level) * 2 ** (-level / 2))
        self.values = coefficients @ np.array(hats)

    def __call__(self, x: Array) -> Array:
        """Return the outputs (k, n) at x (n,)."""
        place = (x / np.sqrt(2 + x**2) + 1) * (self.last / 2)
        left = np.where(place > 0, np.minimum(np.floor(place), self.last - 1), 0)  # 0 if x is NaN
        low, high = (self.values[:, left.astype(int) + i] for i in (0, 1))
        return low + (place - left) * (high - low)


def layers(numbers: dict[str, Array]) -> tuple[list[Array], list[Array]]:
    """Return the kernels and the biases of a network."""
    count = sum(name.startswith("kernel_") for name in numbers)
    return [numbers[f"kernel_{i}"] for i in range(count)], [numbers[f"bias_{i}"] for i in range(count)]


def softplus(t: Array) -> Array:
    """Return log(1 + exp(t)) without overflow."""
    return np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))


def slope_change(number: Array) -> Array:
    """Return the number itself where it is positive, and about exp(number) − 1 > −0.999 elsewhere."""
    return np.where(number < 0, 0.999 * np.expm1(np.minimum(number, 0) / 0.999), number)
