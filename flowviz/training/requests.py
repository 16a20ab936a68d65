"""Requests that a training takes from its caller while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from flowviz.projects.variant import Variant
from flowviz.specs import TrainingSpec
from flowviz.targets import Target

Stop = bool | Literal["interrupted"]  # whether to end a training; true means with the ending "stopped"


@dataclass(frozen=True)
class NewTarget:
    """The target to learn from now on, and its title for the user."""

    target: Target
    title: str


def no_change() -> Any:
    """Return None: continue as before."""


@dataclass(frozen=True)
class Requests:
    """Functions that a training calls to learn what its caller requests.

    Attributes:
        stop: Called before each chunk of steps. Returns whether to end the training, or its ending.
        retarget: Called before each chunk. Returns a target to switch to, or None.
        adjust: Called before each chunk. Returns a training with the settings to continue with, or None. Only its
            learning rate, clip norm and batch have an effect.
        vary: Called before each snapshot. Returns the variant of the flow that moves the particles, or None.
    """

    stop: Callable[[], Stop] = bool
    retarget: Callable[[], NewTarget | None] = no_change
    adjust: Callable[[], TrainingSpec | None] = no_change
    vary: Callable[[], Variant | None] = no_change
