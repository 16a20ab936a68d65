"""flow + target + spec -> events. Importing this room does not yet load TensorFlow: `train` does, when it runs."""

from flowviz.training.new_target import NewTarget
from flowviz.training.prepare import prepare
from flowviz.training.train import train
from flowviz.training.trained import trained

__all__ = ["NewTarget", "prepare", "train", "trained"]
