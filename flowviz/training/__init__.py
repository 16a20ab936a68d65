"""Train a flow on a target: flow + target + spec -> events.

Importing this package does not load TensorFlow; `train` loads it when it runs.
"""

from typing import TYPE_CHECKING

from flowviz.lazy_names import lazy_names
from flowviz.training.from_here import continued, from_here
from flowviz.training.prepare import prepare
from flowviz.training.requests import NewTarget
from flowviz.training.train import train
from flowviz.training.trained import trained

__all__ = [
    "Add",
    "Adjust",
    "Change",
    "NewTarget",
    "Remove",
    "Retarget",
    "Turn",
    "Vary",
    "compared",
    "continued",
    "from_here",
    "prepare",
    "score_stopped",
    "train",
    "train_in_turns",
    "trained",
]

if TYPE_CHECKING:  # the window does not compare flows at its start
    from flowviz.training.changes import Add, Adjust, Change, Remove, Retarget, Vary
    from flowviz.training.comparison import compared
    from flowviz.training.in_turns import Turn, train_in_turns
    from flowviz.training.stopped import score_stopped
else:
    __getattr__ = lazy_names(
        __name__,
        changes="Add Adjust Change Remove Retarget Vary",
        comparison="compared",
        in_turns="Turn train_in_turns",
        stopped="score_stopped",
    )
