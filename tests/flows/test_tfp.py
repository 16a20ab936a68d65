"""A flow as a bijector and as a distribution of TensorFlow Probability."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import flowviz
from flowviz.errors import FileError
from flowviz.flows import Flow, build_flow, tfp
from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import base_particles
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.specs.view import UnitName
from flowviz.targets import points_spec
from tests.flows.families import random_weights, specs
from tests.projects.examples import whole_project


@pytest.fixture(scope="module", params=specs("realnvp", "uniform base", "learned base"))
def flow(request: pytest.FixtureRequest) -> Flow:
    return build_flow(request.param, random_weights(request.param, scale=0.2), dtype="float64")


def test_the_bijector_is_the_flow(flow: Flow) -> None:
    trace = flow.trace(base_particles(12))
    bijector = flow.distribution().bijector
    x, y = (tf.constant(trace.positions[stage].reshape(3, 4, 2), tf.float64) for stage in (0, -1))
    log_det = trace.log_det[-1].reshape(3, 4)
    np.testing.assert_allclose(bijector.forward(x), y, atol=1e-10)
    np.testing.assert_allclose(bijector.inverse(y), x, atol=1e-8)
    np.testing.assert_allclose(bijector.forward_log_det_jacobian(x, event_ndims=1), log_det, atol=1e-8)
    np.testing.assert_allclose(bijector.inverse_log_det_jacobian(y, event_ndims=1), -log_det, atol=1e-8)


def test_the_distribution_has_the_density_and_the_samples_of_the_flow(flow: Flow) -> None:
    distribution = flow.distribution()
    points = flow.trace(flow.particles(50)).positions[-1]
    np.testing.assert_allclose(distribution.log_prob(points), flow.log_prob(points), atol=1e-8)
    draws = distribution.sample(2000, seed=1).numpy()
    assert draws.shape == (2000, 2)
    expected = flow.sample(20_000, seed=0)
    np.testing.assert_allclose(draws.mean(axis=0), expected.mean(axis=0), atol=0.15)
    np.testing.assert_allclose(draws.std(axis=0), expected.std(axis=0), rtol=0.15)


def test_the_distribution_can_be_trained_by_its_variables() -> None:
    flow = build_flow(FlowSpec(layers=2, width=4, normalization="none"))
    distribution = flow.distribution()
    assert [each.ref() for each in distribution.trainable_variables] == [flow.parameters.ref()]
    points = np.random.default_rng(0).normal(2, 0.5, (100, 2)).astype(np.float32)
    losses = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(distribution.log_prob(tf.constant(points)))
        [gradient] = tape.gradient(loss, distribution.trainable_variables)
        flow.parameters.assign_sub(0.05 * gradient)
        losses.append(float(loss))
    assert losses[-1] < losses[0] - 0.1


@pytest.mark.parametrize("units", ["data", "flow"])
def test_distribution_of_a_project_is_in_the_units_of_its_data(units: UnitName) -> None:
    rng, spec = np.random.default_rng(0), FlowSpec(layers=2, width=4)
    target = points_spec(rng.normal((100, -5), (30, 1), (500, 2)))
    untrained = Project.untrained(target, spec, TrainingSpec(steps=1))
    project = untrained.with_weights(random_weights(spec, scale=0.2))
    distribution = project.distribution(units, "float64")
    points = flowviz.sample(project, 50, units=units).astype(np.float64)
    expected = flowviz.score(project, points, units=units)
    np.testing.assert_allclose(distribution.log_prob(points), expected, rtol=1e-6, atol=1e-6)
    draws = distribution.sample(2000, seed=1).numpy()
    known = flowviz.sample(project, 20_000, units=units)
    np.testing.assert_allclose(draws.mean(axis=0), known.mean(axis=0), atol=0.15 * known.std())
    assert len(distribution.trainable_variables) == 1


def test_own_weights_take_the_place_of_a_training() -> None:
    project = replace(whole_project(), trained_as=Edits(layers={1: LayerEdit(disabled=True)}))
    weights = random_weights(project.flow, scale=0.1)
    found = project.with_weights(weights)
    assert found.weights == weights
    assert (found.score, found.checkpoint, found.trained_as) == (None, None, Edits())
    assert not len(found.history.step)
    np.testing.assert_array_equal(found.trace.positions[0], project.trace.positions[0])
    assert from_bytes(to_bytes(found)) == found.storable()
    with pytest.raises(FileError):
        project.with_weights(random_weights(FlowSpec(layers=2, width=4)))


def test_the_modules_of_the_flow_and_of_its_distribution_do_not_import_each_other() -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(Path(tfp.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module)
    assert "flowviz.flows.flow" not in imported
