"""The points that a chunk of training steps learns from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.targets import Target
from flowviz.targets.target import Draws
from flowviz.training.density import lattice_of
from flowviz.training.schedule import Budget
from flowviz.training.step import Lattice


class Batches(NamedTuple):
    """The points of a chunk of steps.

    Attributes:
        drawn: The training points (steps * batch, 2), with the values of their condition.
        points: What the steps learn from (steps, batch, columns), as the objective of the flow prepares it.
        lattice: Log-densities of the target and their place, if the objective learns from them.
        are_blurred: Whether noise was added to the training points, so that the loss is not the NLL of the target.
    """

    drawn: Draws
    points: NDArray[np.float32]
    lattice: Lattice
    are_blurred: bool

    def latest(self, steps: int, count: int) -> Draws:
        """Return at most `count` training points of the latest of the first `steps` steps."""
        end = steps * self.points.shape[1]
        return self.drawn.part(slice(max(0, end - count), end))


def draw_batches(
    flow: Flow, target: Target, budget: Budget, shape: tuple[int, ...], rng: np.random.Generator, seed: int
) -> Batches:
    """Draw the points of a chunk of steps, the first ones blurred if the recipe of the flow says so.

    A flow that begins with a blurred target finds the large shapes before the small ones, and its loss rises less when
    the target has become sharp. The noise is added to batches that are spread evenly over the target.
    Reference: Mobahi & Fisher 2015, "On the link between Gaussian homotopy continuation and convex envelopes",
    https://doi.org/10.1007/978-3-319-14612-6_4.

    Args:
        flow: The flow.
        target: What it learns.
        budget: The budget of the training at the first step.
        shape: Number of steps, number of points per step, and so on.
        rng: Draws the points.
        seed: Determines all other random numbers, together with the number of the first step.
    """
    steps, batch = shape[:2]
    drawn = target.drawn("sample", steps * batch, rng)
    own_rng = np.random.default_rng((seed, budget.step))  # same points for equal batches
    points = flow.objective.prepared(drawn.rows(flow.spec, own_rng).reshape(steps, batch, -1), own_rng)
    blurs = budget.blurs(steps) * (flow.spec.recipe.blur if flow.objective.is_nll else 0.0)
    if blurs.any():
        noise = own_rng.standard_normal((steps, batch, 2), np.float32) * blurs.astype(np.float32)[:, None, None]
        points = np.concatenate([points[..., :2] + noise, points[..., 2:]], axis=2)
    return Batches(drawn, points, lattice_of(flow.objective, target, budget.fraction), bool(blurs.any()))
