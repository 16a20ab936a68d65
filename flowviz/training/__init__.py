"""Train a flow on a target: flow + target + spec -> events.

Importing this package does not load TensorFlow; `train` loads it when it runs.
"""

from flowviz.training.comparison import compared
from flowviz.training.in_turns import Add, Change, Remove, Retarget, Turn, train_in_turns
from flowviz.training.new_target import NewTarget
from flowviz.training.prepare import prepare
from flowviz.training.train import train
from flowviz.training.trained import trained

__all__ = [
    "Add",
    "Change",
    "NewTarget",
    "Remove",
    "Retarget",
    "Turn",
    "compared",
    "prepare",
    "train",
    "train_in_turns",
    "trained",
]
