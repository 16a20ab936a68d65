"""The state of the training."""

from enum import Enum, auto


class TrainingState(Enum):
    """State of the training of a session."""

    IDLE = auto()
    PREPARING = auto()
    TRAINING = auto()
    PAUSED = auto()
    STOPPING = auto()


RUNNING = {TrainingState.PREPARING, TrainingState.TRAINING, TrainingState.STOPPING}  # while it moves the particles
