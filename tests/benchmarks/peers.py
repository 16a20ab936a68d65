"""Train a flow of the peer library flowjax on a cloud of points in the plane, and print what it reached as JSON.

    python peers.py flowjax-affine --points train.npy --test test.npy --seconds 30

A script of its own: it needs numpy, jax, flowjax and optax, but not flowviz. The sizes are those of our couplings, but
for the peer's usual 64 hidden units; the recipe is ours: Adam on batches of 256, 200 steps of warm-up, cosine decay
over the wall time, gradients clipped to norm 5. The clock starts after the compilation.
"""

import argparse
import json
import math
import resource
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import paramax
from flowjax.bijections import RationalQuadraticSpline
from flowjax.distributions import Normal
from flowjax.flows import coupling_flow
from numpy.typing import NDArray

WIDTH, DEPTH = 64, 2
BATCH, LEARNING_RATE, WARMUP_STEPS, CLIP_NORM, FLOOR = 256, 3e-3, 200, 5.0, 1e-3

Points = NDArray[np.float32]
Update = Callable[..., Any]


def affine_sizes() -> dict[str, Any]:
    """Eight affine couplings."""
    return {"flow_layers": 8}


def spline_sizes() -> dict[str, Any]:
    """Four couplings by rational quadratic splines of 32 knots."""
    return {"flow_layers": 4, "transformer": RationalQuadraticSpline(knots=32, interval=4)}


SIZES = {"flowjax-affine": affine_sizes, "flowjax-spline": spline_sizes}


def main() -> None:
    """Read the command line, train, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("peer", choices=SIZES)
    parser.add_argument("--points", type=Path, required=True, help="an .npy file (n, 2) to train on")
    parser.add_argument("--test", type=Path, required=True, help="an .npy file (n, 2) to score")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    points, test = (np.load(path).astype(np.float32) for path in (chosen.points, chosen.test))
    print(json.dumps(measure(chosen.peer, points, test, chosen.seconds, chosen.seed)))


def measure(peer: str, points: Points, test: Points, seconds: float, seed: int) -> dict[str, Any]:
    """Train on `points` scaled to mean 0 and standard deviation 1 per axis; the NLL is in the units of the input."""
    mean, deviation = points.mean(axis=0), points.std(axis=0)
    trainer = Trainer(peer, (points - mean) / deviation, seed)
    steps, spent = trainer.train(seconds)
    nll = trainer.nll((test - mean) / deviation) + float(np.log(deviation).sum())
    return {
        "steps": steps,
        "seconds": spent,
        "steps_per_second": steps / spent,
        "test_nll": nll,
        "peak_mib": peak_mib(),
        "versions": {package: version(package) for package in ("flowjax", "jax", "optax")},
    }


class Trainer:
    """A flow, its optimizer and the points that it learns."""

    def __init__(self, peer: str, points: Points, seed: int) -> None:
        flow = coupling_flow(
            jax.random.key(seed), base_dist=Normal(jnp.zeros(2)), nn_width=WIDTH, nn_depth=DEPTH, **SIZES[peer]()
        )
        self._parameters, fixed = eqx.partition(
            flow, eqx.is_inexact_array, is_leaf=lambda leaf: isinstance(leaf, paramax.NonTrainable)
        )
        self._mean_nll = mean_nll_of(fixed)
        optimizer = optax.chain(optax.clip_by_global_norm(CLIP_NORM), optax.scale_by_adam())
        self._moments = optimizer.init(self._parameters)
        self._update = compiled_update(self._mean_nll, optimizer)
        self._points, self._rng = points, np.random.default_rng(seed)

    def train(self, seconds: float) -> tuple[int, float]:
        """Take steps until the time is over: how many, and the seconds until the last of them was computed."""
        self._step(0, 0.0)  # compiles
        jax.block_until_ready(self._parameters)
        started, count, spent = perf_counter(), 0, 0.0
        while spent < seconds:
            self._step(count, spent / seconds)
            count += 1
            spent = perf_counter() - started
        jax.block_until_ready(self._parameters)
        return count, perf_counter() - started

    def nll(self, points: Points) -> float:
        """The mean NLL of points (n, 2)."""
        return float(jax.jit(self._mean_nll)(self._parameters, points))

    def _step(self, number: int, fraction: float) -> None:
        batch = self._points[self._rng.integers(len(self._points), size=BATCH)]
        rate = np.float32(learning_rate(number, fraction))
        self._parameters, self._moments = self._update(self._parameters, self._moments, batch, rate)


def mean_nll_of(fixed: Any) -> Callable[[Any, Any], Any]:
    """The loss of (parameters, points) for a flow whose other parts are `fixed`."""

    def mean_nll(parameters: Any, points: Any) -> Any:
        return -paramax.unwrap(eqx.combine(parameters, fixed)).log_prob(points).mean()

    return mean_nll


def compiled_update(mean_nll: Callable[[Any, Any], Any], optimizer: Any) -> Update:
    """One step: (parameters, moments, batch, rate) -> (parameters, moments)."""

    def update(parameters: Any, moments: Any, batch: Any, rate: Any) -> Any:
        gradient = eqx.filter_grad(mean_nll)(parameters, batch)
        direction, moments = optimizer.update(gradient, moments)
        change = jax.tree_util.tree_map(lambda leaf: -rate * leaf, direction)
        return eqx.apply_updates(parameters, change), moments

    compiled: Update = eqx.filter_jit(update)
    return compiled


def learning_rate(step: int, fraction: float) -> float:
    """Linear warm-up over steps, cosine decay over the fraction of the time that is spent."""
    warmup = min(1.0, (step + 1) / WARMUP_STEPS)
    return LEARNING_RATE * warmup * (0.5 * (1 + math.cos(math.pi * fraction)) + FLOOR)


def peak_mib() -> float:
    """The most memory that this process held, in MiB."""
    units = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / units


if __name__ == "__main__":
    main()
