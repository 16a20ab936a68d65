"""Objectives that learn from the log-density of a target, without any of its points."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from flowviz.flows.chain import Chain
from flowviz.flows.objective import Objective
from flowviz.records import base_of
from flowviz.records.energy import FALL_OFF, SIDE, Energy

ANNEALED_SHARE = 1 / 3  # of the budget, in which the target grows from an even rectangle to its density
ALPHA = 2.0  # of the divergence; the weights are the importance weights to this power
MAX_WEIGHT = 10.0  # relative to the mean weight of a batch; a single particle must not take over a step


class DensityObjective(Objective):
    """A loss of particles that start at draws from the base, and of the log-density of the target where they end."""

    columns = 2
    is_nll = False
    learns_from_density = True

    def prepared(self, points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """Return draws from the base (steps, batch, 2). They do not depend on the points of the target."""
        steps, batch, _ = points.shape
        return base_of(self.spec).sample(steps * batch, int(rng.integers(2**63))).reshape(points.shape)

    def moved(
        self,
        chain: Chain,
        parameters: tf.Tensor,
        statistics: tf.Tensor,
        start: tf.Tensor,
        values: tf.Tensor,
        place: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return where particles (n, 2) end, and the log-densities (n,) of the flow and of the target there."""
        end, log_det = chain.forward_and_log_det(parameters, statistics, start)
        own = chain.base(parameters).log_prob(start, tf.math) - log_det
        return end, own, lattice_log_prob(values, place, end)


class ReverseKL(DensityObjective):
    """E[log q(f(z)) − log p(f(z))], z from the base: the KL divergence of the target p from the flow q.

    It is large only where the flow is and the target is not, so a flow may leave out parts of the target.
    Reference: Papamakarios et al. 2021, "Normalizing flows for probabilistic modeling and inference",
    https://arxiv.org/abs/1912.02762, section 2.3.2.
    """

    def loss(
        self,
        chain: Chain,
        parameters: tf.Tensor,
        statistics: tf.Tensor,
        batch: tf.Tensor,
        pace: Any,
        *lattice: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        _, own, wanted = self.moved(chain, parameters, statistics, batch, *lattice)
        return tf.reduce_mean(own - wanted), statistics


class WeightedNLL(DensityObjective):
    """−Σ w log q(x), w ∝ (p(x) / q(x))², x from the flow q: an estimate of the gradient of ∫ p² / q.

    The weights call back particles wherever the flow has too few, so it leaves out no part of the target p that any
    particle reaches. So that they reach all of it, p is tempered at first: p^t, where t grows from 0 to 1. The gradient
    does not follow where the particles end, nor the weights.
    Reference: Midgley et al. 2023, "Flow annealed importance sampling bootstrap", https://arxiv.org/abs/2208.01893.
    """

    def lattice(self, energy: Energy, fraction: float) -> tuple[NDArray[np.float32], ...]:
        return energy.values * np.float32(min(1.0, fraction / ANNEALED_SHARE)), energy.place

    def loss(
        self,
        chain: Chain,
        parameters: tf.Tensor,
        statistics: tf.Tensor,
        batch: tf.Tensor,
        pace: Any,
        *lattice: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        end, own, wanted = self.moved(chain, parameters, statistics, batch, *lattice)
        weights = tf.nn.softmax(ALPHA * (wanted - own))
        weights = tf.minimum(weights, MAX_WEIGHT / tf.cast(tf.size(weights), weights.dtype))
        weights = tf.stop_gradient(weights / tf.reduce_sum(weights))
        log_prob, statistics = chain.training_log_prob(parameters, statistics, tf.stop_gradient(end), pace)
        return -tf.reduce_sum(weights * log_prob), statistics


def lattice_log_prob(values: tf.Tensor, place: tf.Tensor, points: tf.Tensor) -> tf.Tensor:
    """Return the log-density (n,) of a lattice at points (n, 2): bilinear, with Gaussian tails outside.

    Args:
        values: Log-densities (SIDE, SIDE) at the nodes, as `Energy` has them.
        place: The lower left node and the distances between nodes; see `Energy.place`.
        points: The points, of the same type as the values.
    """
    exact = (points - place[:2]) / place[2:]
    inside = tf.clip_by_value(exact, 0, SIDE - 1)
    node = tf.minimum(tf.cast(tf.stop_gradient(inside), tf.int32), SIDE - 2)
    right, up = tf.unstack(inside - tf.cast(node, points.dtype), axis=1)
    first = node[:, 1] * SIDE + node[:, 0]
    corners = [tf.gather(tf.reshape(values, [-1]), first + offset) for offset in (0, 1, SIDE, SIDE + 1)]
    below, above = (left + right * (other - left) for left, other in (corners[:2], corners[2:]))
    outside = (exact - inside) * place[2:] / FALL_OFF
    return below + up * (above - below) - tf.reduce_sum(outside**2, axis=1) / 2
