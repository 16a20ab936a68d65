"""The permutation of the two coordinates."""

from tensorflow_probability import bijectors as tfb

from flowviz.flows.reporting import Moved, Numbers, Spans, linear_lines, linear_part
from flowviz.flows.stage import Stage, Tensors
from flowviz.records import StageReport


class Permutation(Stage):
    """(x_1, x_2) -> (x_2, x_1): mirrors the cloud about y = x, so that the next layer moves the other coordinate."""

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return tfb.Permute(permutation=[1, 0])

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        return self.reported(linear_lines(*linear_part(moved)), {})
