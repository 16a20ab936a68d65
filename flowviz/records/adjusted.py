"""A change of settings during a training."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field

from flowviz.records.bounds import Count, LearningRate
from flowviz.specs import TrainingSpec
from flowviz.specs.recipes import Recipe

NAMES = {"learning_rate": ("learning rate", "rate"), "clip_norm": ("clip norm", "clip"), "batch": ("batch", "batch")}


@dataclass(frozen=True)
class Settings:
    """The settings of a training that can change while it runs.

    Attributes:
        learning_rate: Learning rate after the warm-up, from which the schedule decreases it.
        clip_norm: Norm to which longer gradients are clipped.
        batch: Number of target points in each step.
    """

    learning_rate: LearningRate
    clip_norm: Annotated[float, Field(gt=0)]
    batch: Annotated[int, Field(ge=2, le=65_536)]

    @classmethod
    def of(cls, training: TrainingSpec, recipe: Recipe) -> "Settings":
        """Return the settings of a training of a family, whose defaults apply where the training has none."""
        own = training.of_family(recipe)
        return cls(own.peak_rate, own.clip_norm or recipe.clip_norm, own.batch or recipe.batch)


@dataclass(frozen=True)
class Adjusted:
    """The training continues with other settings. The state of the optimizer is kept.

    Attributes:
        step: Last step with the previous settings.
        before: The previous settings.
        after: The settings from now on.
    """

    step: Count
    before: Settings
    after: Settings

    @property
    def changes(self) -> dict[str, tuple[float, float]]:
        """Return the values before and after of each setting that differs, by name."""
        before, after = vars(self.before), vars(self.after)
        return {name: (before[name], after[name]) for name in NAMES if before[name] != after[name]}

    def applied(self, training: TrainingSpec) -> TrainingSpec:
        """Return a training with the settings that differ changed."""
        return training.model_copy(update={name: after for name, (_, after) in self.changes.items()})

    def label(self) -> str:
        """Return the new settings in a few words, such as "rate 0.001, batch 512"."""
        return ", ".join(f"{NAMES[name][1]} {after:,g}" for name, (_, after) in self.changes.items())

    def sentence(self) -> str:
        """Describe the change for the user."""
        changes = (
            f"{NAMES[name][0]} {after:,g} instead of {before:,g}" for name, (before, after) in self.changes.items()
        )
        return f"After step {self.step:,}: {', '.join(changes)}."

    def as_json(self) -> dict[str, Any]:
        """Return the step, and the values before and after of each setting that differs."""
        return {"step": self.step, **{name: list(values) for name, values in self.changes.items()}}


def returned_to(adjustments: Iterable[Adjusted], step: int) -> tuple[Adjusted, ...]:
    """Return changes of settings for a training that returns to a step but keeps its settings.

    Later changes take effect at that step instead. Changes at the same step are joined.
    """
    moved = (replace(each, step=min(each.step, step)) for each in adjustments)
    return tuple(_joined(moved))


def _joined(adjustments: Iterable[Adjusted]) -> Iterator[Adjusted]:
    for step, group in groupby(adjustments, key=lambda each: each.step):
        first, *others = group
        last = others[-1] if others else first
        if first.before != last.after:
            yield Adjusted(step, first.before, last.after)
