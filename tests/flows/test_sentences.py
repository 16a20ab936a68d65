"""The sentence about each layer is true of how the layer moves the displayed points, in both directions."""

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.flows import build_flow
from flowviz.records import Trace, base_particles
from flowviz.specs import RECIPES, FlowSpec
from tests.flows.families import random_weights, specs

Points = NDArray[np.float64]


def affine_error(before: Points, after: Points) -> float:
    """Return how far the images of points (n, k) are from those of the best affine map."""
    terms = np.column_stack([before, np.ones(len(before))])
    fitted = terms @ np.linalg.lstsq(terms, after, rcond=None)[0]
    return float(np.abs(fitted - after).max())


@pytest.mark.parametrize("spec", specs(*(RECIPES.keys() - {"flow_matching"}), "euler"))  # a spec for each sentence
def test_sentence_says_how_the_layer_moves_the_points(spec: FlowSpec) -> None:
    flow = build_flow(spec, random_weights(spec, scale=0.2), dtype="float64")
    check_sentences(flow.trace(base_particles(500)), encoded=False)
    check_sentences(flow.encoded(base_particles(500)), encoded=True)


def check_sentences(trace: Trace, *, encoded: bool) -> None:
    for stage in range(1, len(trace.names)):
        sentence, _ = trace.sentences(stage, encoded=encoded)
        before, after = trace.positions[stage - 1], trace.positions[stage]
        if "sideways by the same rule" in sentence:
            assert affine_error(before[:, :1], after[:, :1]) < 1e-9 < np.abs(after[:, 0] - before[:, 0]).max()
            assert affine_error(before, after) > 1e-3
        elif "points up or down" in sentence:
            np.testing.assert_array_equal(before[:, 0], after[:, 0])
            assert affine_error(before, after) > 1e-3
        elif "swaps the axes" in sentence:
            np.testing.assert_array_equal(before[:, ::-1], after)
        elif "velocity field" in sentence:
            assert affine_error(before, after) > 1e-3
            assert np.linalg.norm(after - before, axis=1).max() < 2, "a short time"
        elif "along one direction" in sentence:
            shifts = after - before
            assert np.linalg.svd(shifts, compute_uv=False)[1] < 1e-9 < np.abs(shifts).max()
            assert affine_error(before, after) > 1e-6
        elif "straight toward a center" in sentence:
            (x, y), (across, up) = before.T, (after - before).T
            lines, offsets = np.stack([up, -across], axis=1), x * up - y * across
            center = np.linalg.lstsq(lines, offsets)[0]
            np.testing.assert_allclose(lines @ center, offsets, atol=1e-9)
            assert affine_error(before, after) > 1e-3
        else:
            assert "the whole cloud in the same way" in sentence
            assert affine_error(before, after) < 1e-9
