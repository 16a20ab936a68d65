"""Another target for a training that runs."""

from collections.abc import Callable
from dataclasses import dataclass

from flowviz.targets import Target


@dataclass(frozen=True)
class NewTarget:
    """What shall be learned from now on, and what a person would call it."""

    target: Target
    title: str


Retarget = Callable[[], NewTarget | None]


def same_target() -> None:
    """There is no other."""
