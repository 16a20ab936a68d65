"""A change of target during training."""

from collections.abc import Callable
from dataclasses import dataclass

from flowviz.targets import Target


@dataclass(frozen=True)
class NewTarget:
    """The target to learn from now on, and its title for the user."""

    target: Target
    title: str


Retarget = Callable[[], NewTarget | None]


def same_target() -> None:
    """Return None: keep the current target. The default for `retarget`."""
