"""Stages agree with the bijectors of TensorFlow Probability, or with the formulas of their papers.

Both compute images, log-determinants and gradients from the same numbers, in float32 and in float64. What a training
step makes of minibatch normalization is compared in `test_normalization.py`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from numpy.typing import NDArray
from tensorflow_probability import bijectors as tfb

from flowviz.flows import build_flow
from flowviz.flows.affine import shift_and_log_scale, softly_bounded
from flowviz.flows.glow import LinearMixing
from flowviz.flows.iaf import InverseAutoregressive
from flowviz.flows.maf import MaskedAutoregressive
from flowviz.flows.monotone import MIN_SLOPE
from flowviz.flows.normalization import MINIBATCH_VARIANCE_FLOOR, ActNorm, BatchNormalization
from flowviz.flows.permutation import Permutation
from flowviz.flows.planar import PlanarLayer
from flowviz.flows.radial import RadialLayer
from flowviz.flows.rational_quadratic import MIN_SLOPE as MIN_KNOT_SLOPE
from flowviz.flows.rational_quadratic import UNIT_SLOPE
from flowviz.flows.real_nvp import AffineCoupling
from flowviz.flows.spline import SplineCoupling
from flowviz.flows.stage import Stage
from flowviz.specs import FlowSpec
from tests.flows.families import SPECS, random_weights, stages_of

COUNT = 200
TOLERANCES = {"float64": 1e-9, "float32": 1e-3}  # relative to the largest number of a result
MINIBATCH = FlowSpec(layers=2, width=8, normalization="minibatch")
RUNNING = FlowSpec(layers=2, width=8)

Numbers = dict[str, tf.Tensor]
Evaluate = Callable[[Numbers, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
Bijector = Any


def coupling(stage: Stage, numbers: Numbers) -> Bijector:
    def network(x_a: tf.Tensor, _: int, **__: Any) -> tuple[tf.Tensor, tf.Tensor]:
        shift, log_scale = shift_and_log_scale(stage.spec, numbers, x_a[:, 0])
        return shift[:, tf.newaxis], log_scale[:, tf.newaxis]

    return tfb.RealNVP(num_masked=1, shift_and_log_scale_fn=network)


def autoregressive(stage: Stage, numbers: Numbers) -> Bijector:
    first = numbers["first_shift"], softly_bounded(numbers["first_log_scale"], stage.spec.log_scale_bound)

    def network(y: tf.Tensor) -> tuple[tf.Tensor, ...]:
        second = shift_and_log_scale(stage.spec, numbers, y[:, 0])
        return tuple(tf.stack([one + 0 * y[:, 0], two], axis=1) for one, two in zip(first, second, strict=True))

    return tfb.MaskedAutoregressiveFlow(network)


def inverse_autoregressive(stage: Stage, numbers: Numbers) -> Bijector:
    return tfb.Invert(autoregressive(stage, numbers))


def spline_coupling(stage: Stage, numbers: Numbers) -> Bijector:
    assert isinstance(stage, SplineCoupling)
    spline = stage._spline

    def sizes(logits: tf.Tensor, minimum: float) -> tf.Tensor:
        shares = minimum + (1 - minimum * spline.bins) * tf.nn.softmax(logits, axis=-1)
        return 2 * spline.bound * shares

    def bijector(y_a: tf.Tensor, _: int, **__: Any) -> Bijector:
        theta = tf.transpose(stage.theta(numbers, y_a[:, 0]))[:, tf.newaxis]
        widths, heights, slopes = tf.split(theta, [spline.bins, spline.bins, spline.bins - 1], axis=-1)
        found = tfb.RationalQuadraticSpline(
            sizes(widths, spline.min_width),
            sizes(heights, spline.min_height),
            MIN_KNOT_SLOPE + tf.math.softplus(slopes + UNIT_SLOPE),
            range_min=-spline.bound,
        )
        return tfb.Invert(found)  # from the base to the data

    return tfb.RealNVP(num_masked=1, bijector_fn=bijector)


def permutation(_: Stage, __: Numbers) -> Bijector:
    return tfb.Permute([1, 0])


def normalization(stage: Stage, numbers: Numbers) -> Bijector:
    assert isinstance(stage, BatchNormalization)
    deviation = tf.sqrt(numbers["variance"] + stage._variance_floor)
    scales = tfb.Scale(deviation), tfb.Scale(log_scale=-numbers["gamma"])
    return tfb.Chain([tfb.Shift(numbers["mean"]), *scales, tfb.Shift(-numbers["beta"])])


def act_norm(_: Stage, numbers: Numbers) -> Bijector:
    return tfb.Chain([tfb.Shift(numbers["shift"]), tfb.Scale(log_scale=numbers["log_scale"])])


def mixing(_: Stage, numbers: Numbers) -> Bijector:
    [upper], [lower], scales = numbers["upper"], numbers["lower"], tf.unstack(tf.exp(numbers["log_scale"]))
    return tfb.ScaleMatvecLU(tf.stack([[scales[0], upper], [lower, scales[1]]]), permutation=[1, 0])


ORACLES: dict[str, tuple[type[Stage], FlowSpec, Callable[[Stage, Numbers], Bijector]]] = {
    "RealNVP": (AffineCoupling, SPECS["realnvp"], coupling),
    "RealNVP, unbounded": (AffineCoupling, SPECS["unbounded"], coupling),
    "RealNVP, tables": (AffineCoupling, SPECS["tables"], coupling),
    "MAF": (MaskedAutoregressive, SPECS["maf"], autoregressive),
    "IAF": (InverseAutoregressive, SPECS["iaf"], inverse_autoregressive),
    "spline": (SplineCoupling, SPECS["spline"], spline_coupling),
    "permutation": (Permutation, SPECS["realnvp"], permutation),
    "running normalization": (BatchNormalization, RUNNING, normalization),
    "minibatch normalization": (BatchNormalization, MINIBATCH, normalization),
    "actnorm": (ActNorm, SPECS["radial"], act_norm),
    "linear mixing": (LinearMixing, SPECS["glow"], mixing),
}


def stage_of(kind: type[Stage], spec: FlowSpec, dtype: str) -> tuple[Stage, Numbers]:
    """Return the last stage of a kind, with random numbers."""
    flow = build_flow(spec, random_weights(spec), dtype)
    stage, numbers = [pair for pair in stages_of(flow) if isinstance(pair[0], kind)][-1]
    return stage, {name: tf.constant(np.array(number), dtype) for name, number in numbers.items()}


def points(dtype: str, scale: float = 1.5) -> tf.Tensor:
    """Return points, some of which are outside the box of a spline."""
    return tf.constant(np.random.default_rng(1).normal(scale=scale, size=(COUNT, 2)), dtype)


def results(evaluate: Evaluate, numbers: Numbers, x: tf.Tensor) -> dict[str, NDArray[np.float64]]:
    """Return images, log-determinants and the gradients of a random sum of them by the points and by all numbers."""
    rng = np.random.default_rng(2)
    by_image, by_log_det = (tf.constant(rng.normal(size=shape), x.dtype) for shape in ((COUNT, 2), COUNT))
    with tf.GradientTape() as tape:
        tape.watch((x, numbers))
        image, log_det = evaluate(numbers, x)
        total = tf.reduce_sum(by_image * image) + tf.reduce_sum(by_log_det * log_det)
    by_x, by_numbers = tape.gradient(total, (x, numbers), unconnected_gradients="zero")
    found = {"images": image, "log-dets": log_det + 0 * x[:, 0], "by points": by_x}
    found |= {f"by {name}": gradient for name, gradient in by_numbers.items()}
    return {name: np.asarray(each, np.float64) for name, each in found.items()}


def check_same(ours: dict[str, NDArray[np.float64]], theirs: dict[str, NDArray[np.float64]], dtype: str) -> None:
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        largest = max(1.0, np.abs(expected).max(initial=0))
        np.testing.assert_allclose(ours[name], expected, rtol=0, atol=TOLERANCES[dtype] * largest, err_msg=name)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", ORACLES)
def test_stage_is_the_bijector_of_tfp(name: str, dtype: str) -> None:
    kind, spec, bijector_of = ORACLES[name]
    stage, numbers = stage_of(kind, spec, dtype)

    def forward(numbers: Numbers, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        theirs = bijector_of(stage, numbers)
        return theirs.forward(x), theirs.forward_log_det_jacobian(x, event_ndims=1)

    def inverse(numbers: Numbers, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        theirs = bijector_of(stage, numbers)
        return theirs.inverse(y), theirs.inverse_log_det_jacobian(y, event_ndims=1)

    x = points(dtype)
    check_same(results(stage.forward_and_log_det, numbers, x), results(forward, numbers, x), dtype)
    check_same(results(stage.inverse_and_log_det, numbers, x), results(inverse, numbers, x), dtype)


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_normalization_by_averages_is_that_of_tfp(dtype: str) -> None:
    stage, numbers = stage_of(BatchNormalization, MINIBATCH, dtype)
    layer = tf_keras.layers.BatchNormalization(epsilon=MINIBATCH_VARIANCE_FLOOR, dtype=dtype)
    layer.build((None, 2))
    layer.set_weights([tf.exp(numbers["gamma"]), numbers["beta"], numbers["mean"], numbers["variance"]])
    theirs, y = tfb.BatchNormalization(layer, training=False), points(dtype)
    x, log_det = stage.inverse_and_log_det(numbers, y)
    tolerance = TOLERANCES[dtype]
    np.testing.assert_allclose(x, theirs.inverse(y), atol=tolerance)
    expected = theirs.inverse_log_det_jacobian(tf.identity(y), event_ndims=1)
    np.testing.assert_allclose(log_det, np.broadcast_to(expected, COUNT), atol=tolerance)
    np.testing.assert_allclose(stage.forward(numbers, x), theirs.forward(tf.identity(x)), atol=tolerance)


def at_least(v: tf.Tensor) -> tf.Tensor:
    """Return m(v) > −1, by which planar and radial layers stay invertible: v, or about e^v − 1 below 0."""
    room = 1 - MIN_SLOPE
    return tf.where(v < 0, room * (tf.exp(tf.minimum(v, 0) / room) - 1), v)


def planar(numbers: Numbers, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return equations 10 and 12 of Rezende & Mohamed 2015, with û of appendix A.1."""
    u, w, b = (numbers[name] for name in "uwb")
    product = tf.tensordot(w, u, 1)
    u += (at_least(product) - product) * w / tf.tensordot(w, w, 1)
    level = tf.linalg.matvec(y, w) + b
    slopes = (1 - tf.tanh(level) ** 2)[:, tf.newaxis] * w  # ψ
    return y + tf.tanh(level)[:, tf.newaxis] * u, tf.math.log(tf.abs(1 + tf.linalg.matvec(slopes, u)))


def radial(numbers: Numbers, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return equation 14 of Rezende & Mohamed 2015 in two dimensions, with β = α·m(ratio)."""
    alpha = tf.exp(numbers["log_alpha"])
    beta = alpha * at_least(numbers["ratio"])
    offset = y - numbers["center"]
    r = tf.norm(offset, axis=1)
    h = 1 / (alpha + r)
    log_det = tf.math.log(1 + beta * h) + tf.math.log(1 + beta * h - beta * h**2 * r)
    return y + (beta * h)[:, tf.newaxis] * offset, log_det


FORMULAS: dict[str, tuple[type[Stage], FlowSpec, Evaluate]] = {
    "planar": (PlanarLayer, SPECS["planar"], planar),
    "radial": (RadialLayer, SPECS["radial"], radial),
}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", FORMULAS)
def test_layer_is_the_formula_of_the_paper(name: str, sign: int, dtype: str) -> None:
    """Training goes from the data to the base, so that is where the formulas are."""
    kind, spec, formula = FORMULAS[name]
    stage, numbers = stage_of(kind, spec, dtype)
    numbers |= {"ratio": sign * abs(numbers["ratio"])} if "ratio" in numbers else {"u": sign * numbers["w"]}
    y = points(dtype)
    check_same(results(stage.inverse_and_log_det, numbers, y), results(formula, numbers, y), dtype)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", FORMULAS)
def test_other_direction_of_a_layer_undoes_the_formula(name: str, dtype: str) -> None:
    """Forward has no formula in the paper: its Jacobian is the inverse matrix of that of the formula."""
    kind, spec, formula = FORMULAS[name]
    stage, numbers = stage_of(kind, spec, dtype)
    y = points(dtype)
    with tf.GradientTape() as there, tf.GradientTape() as back:
        there.watch(y)
        x, log_det = formula(numbers, y)
        back.watch(x)
        again, forward_log_det = stage.forward_and_log_det(numbers, x)
    tolerance = TOLERANCES[dtype]
    np.testing.assert_allclose(again, y, atol=tolerance)
    np.testing.assert_allclose(forward_log_det, -log_det, atol=tolerance)
    jacobian = back.batch_jacobian(again, x) @ there.batch_jacobian(x, y)
    np.testing.assert_allclose(jacobian, np.broadcast_to(np.eye(2), jacobian.shape), atol=tolerance)
