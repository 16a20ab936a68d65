"""Train a velocity field in plain JAX on points in the plane, and print how many steps it takes a second as JSON.

    python plain_matching.py --points train.npy --seconds 10

A script of its own: it needs numpy, jax and optax, but not flowviz. The network, the batch and Adam are those of
`flow_matching`, with independent pairs. Each call of the compiled code takes `--chunk` steps; with 1, it is the loop
that most programs have. The clock starts after the compilation.
"""

import argparse
import json
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

WIDTH, DEPTH, OCTAVES, TIME_OCTAVES, MAX_WAVE = 64, 3, 5, 3, 8.0
BATCH, LEARNING_RATE, CLIP_NORM = 256, 5e-3, 5.0


def main() -> None:
    """Read the command line, train, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--points", type=Path, required=True, help="an .npy file (n, 2) to train on")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--chunk", type=int, default=200, help="steps per call")
    chosen = parser.parse_args()
    points = jnp.asarray(np.load(chosen.points), jnp.float32)
    weights = initial_weights(np.random.default_rng(0))
    state = weights, OPTIMIZER.init(weights), jax.random.key(0)
    state, _ = jax.block_until_ready(take_steps(state, points, chosen.chunk))
    started, steps = perf_counter(), 0
    while perf_counter() - started < chosen.seconds:
        state, losses = jax.block_until_ready(take_steps(state, points, chosen.chunk))
        steps += chosen.chunk
    speed = steps / (perf_counter() - started)
    print(json.dumps({"steps_per_second": speed, "loss": float(losses.mean()), "chunk": chosen.chunk}))


OPTIMIZER = optax.chain(optax.clip_by_global_norm(CLIP_NORM), optax.adam(LEARNING_RATE, b2=0.99))


def initial_weights(rng: np.random.Generator) -> list[tuple[Any, Any]]:
    """Return kernels and biases, with zeros in the last layer."""
    sizes = (2 * (1 + 2 * OCTAVES) + 1 + 2 * TIME_OCTAVES, *[WIDTH] * DEPTH, 2)
    scales = [*(np.sqrt(2 / size) for size in sizes[:-2]), 0.0]
    kernels = [scale * rng.normal(size=pair) for scale, pair in zip(scales, pairwise(sizes), strict=True)]
    return [(jnp.asarray(kernel, jnp.float32), jnp.zeros(kernel.shape[1])) for kernel in kernels]


def velocity(weights: list[tuple[Any, Any]], x: Any, t: Any) -> Any:
    """Return v (n, 2) at x (n, 2) and t (n, 1)."""
    angles = (x[..., jnp.newaxis] * (2 * jnp.pi / MAX_WAVE * 2.0 ** jnp.arange(OCTAVES))).reshape(len(x), -1)
    turns = t * jnp.pi * 2.0 ** jnp.arange(TIME_OCTAVES)
    features = (x, jnp.sin(angles), jnp.cos(angles), t, jnp.sin(turns), jnp.cos(turns))
    layer = jnp.concatenate(features, axis=1)
    for kernel, bias in weights[:-1]:
        layer = jax.nn.silu(layer @ kernel + bias)
    kernel, bias = weights[-1]
    return layer @ kernel + bias


def loss_of(weights: list[tuple[Any, Any]], points: Any, key: Any) -> Any:
    """Return the mean squared error of the velocity on straight paths to random points of the target."""
    of_start, of_end, of_time = jax.random.split(key, 3)
    start = jax.random.normal(of_start, (BATCH, 2))
    end = points[jax.random.randint(of_end, (BATCH,), 0, len(points))]
    time = jax.random.uniform(of_time, (BATCH, 1))
    error = velocity(weights, start + time * (end - start), time) - (end - start)
    return jnp.mean(jnp.sum(error**2, axis=1))


@partial(jax.jit, static_argnames="count")
def take_steps(state: Any, points: Any, count: int) -> Any:
    """Take some steps, and return the state after them and their losses (count,)."""

    def take_step(state: Any, _: None) -> Any:
        weights, moments, key = state
        key, own = jax.random.split(key)
        loss, gradient = jax.value_and_grad(loss_of)(weights, points, own)
        updates, moments = OPTIMIZER.update(gradient, moments)
        return (optax.apply_updates(weights, updates), moments, key), loss

    return jax.lax.scan(take_step, state, None, length=count)


if __name__ == "__main__":
    main()
