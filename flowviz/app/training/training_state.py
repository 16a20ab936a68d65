"""The states of a training."""

from enum import Enum, auto


class TrainingState(Enum):
    """What the training is doing."""

    IDLE = auto()
    PREPARING = auto()
    TRAINING = auto()
    PAUSED = auto()
    STOPPING = auto()
