"""The exercise of building a flow by hand: how good it has to become, and how far it is."""

from dataclasses import dataclass

import numpy as np

from flowviz.projects import Project
from flowviz.records import base_of
from flowviz.targets import Target

USUAL_GOAL = 1.0  # nats
EASY_START = 1.2  # nats; targets that are so similar to the base need another goal
EASY_SHARE = 2 / 3  # of the gap at the start
POINTS = 10_000  # on which the gap at the start is measured
NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen",
)  # fmt: skip


@dataclass(frozen=True)
class Exercise:
    """The exercise of a flow that is built by hand.

    Attributes:
        couplings: Number of couplings of the flow.
        start: Gap of the flow without any bends, in nats. None if the entropy of the target is unknown.
        gap: Present gap in nats. None if it is not known.
    """

    couplings: int
    start: float | None = None
    gap: float | None = None

    @property
    def goal(self) -> float:
        """Return the gap to be reached, in nats."""
        if self.start is None or self.start >= EASY_START:
            return USUAL_GOAL
        return max(round(EASY_SHARE * self.start, 1), 0.1)

    @property
    def is_solved(self) -> bool:
        """Return whether the gap has been reached."""
        return self.gap is not None and self.gap < self.goal

    @property
    def progress(self) -> float:
        """Return how much of the way to the goal is done, from 0 to 1."""
        if self.is_solved:
            return 1.0
        if self.start is None or self.gap is None or self.start <= self.goal:
            return 0.0
        return float(np.clip((self.start - self.gap) / (self.start - self.goal), 0, 0.99))

    @property
    def task(self) -> str:
        """Return what to do, in a sentence."""
        number = NUMBERS[self.couplings] if self.couplings < len(NUMBERS) else str(self.couplings)
        couplings = f"{number} {'coupling' if self.couplings == 1 else 'couplings'}"
        if self.start is None:
            return f"Bend the curves of {couplings} until the cloud resembles the target."
        return f"Reach a gap below {self.goal:.1f} with {couplings}."

    @property
    def result(self) -> str:
        """Return how far it is, in a sentence. Empty if the gap is not known."""
        if self.gap is None:
            return ""
        return f"{'Well done: the' if self.is_solved else 'The'} gap is {self.gap:.2f} nats."


def is_built_by_hand(project: Project) -> bool:
    """Return whether the flow of a project has weights that no training has changed."""
    has_history = project.checkpoint is not None or len(project.history.step) > 0
    return bool(project.weights.parameters) and not (has_history or project.flow.is_recorded)


def first_gap(project: Project, target: Target) -> float | None:
    """Return the gap in nats of a flow that does nothing. None if the entropy of the target is unknown."""
    if target.entropy is None:
        return None
    points = target.validation(POINTS, np.random.default_rng(0))
    return float(-base_of(project.flow).log_prob(points).mean() - target.entropy)
