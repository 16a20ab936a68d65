"""The permutation of the two coordinates."""

from dataclasses import dataclass

from tensorflow_probability import bijectors as tfb

from flowviz.flows.stage import Stage, Tensors


@dataclass(frozen=True)
class Permutation(Stage):
    """(x_1, x_2) -> (x_2, x_1): mirrors the cloud about y = x, so that the next coupling moves the other coordinate."""

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return tfb.Permute(permutation=[1, 0])
