"""The graphs that a flow traces once and keeps."""

import numpy as np
import tensorflow as tf

from flowviz.flows import build_flow
from flowviz.flows.flow import STAGE
from flowviz.specs import FlowSpec


def test_functions_of_one_name_and_different_arguments_have_different_graphs() -> None:
    def shifted(_: tf.Tensor, __: tf.Tensor, points: tf.Tensor, *stages: tf.Tensor) -> list[tf.Tensor]:
        return [points + sum(tf.cast(stage, points.dtype) for stage in stages)]

    flow = build_flow(FlowSpec(layers=1, width=4, depth=1))
    points = tf.ones([3, 2])
    [by_stage] = flow._graph(shifted, STAGE)(*flow._numbers, points, tf.constant(2))
    [unshifted] = flow._graph(shifted)(*flow._numbers, points)
    np.testing.assert_array_equal(by_stage, 3.0)
    np.testing.assert_array_equal(unshifted, 1.0)
