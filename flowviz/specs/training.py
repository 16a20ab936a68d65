"""How the flow is trained."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import model_validator

from flowviz.specs.fields import described
from flowviz.specs.recipes import LEARNING_RATE, Recipe
from flowviz.specs.spec import Spec

DEFAULT_SECONDS = 60.0
BUDGET = {"seconds", "steps"}  # fields of which a training has one
WARMUP = 200  # steps
SEED_BITS = 63
ObjectiveName = Literal["samples", "density", "weighted_density"]


class TrainingSpec(Spec):
    """Adam with warm-up, decay and clipping, for a budget of seconds or of steps.

    Loading and compiling do not count as seconds of training. With a budget of steps, the same seed gives the same
    numbers on the same machine.
    """

    seconds: Annotated[
        float | None, described("Seconds", "Duration of the training in seconds; 60 by default", gt=0, le=86_400)
    ] = None
    steps: Annotated[
        int | None, described("Steps", "Number of training steps, instead of a duration", gt=0, le=100_000_000)
    ] = None
    seed: Annotated[int, described("Seed", "The same seed gives the same random numbers", ge=0, lt=2**SEED_BITS)] = 0
    batch: Annotated[
        int | None,
        described(
            "Batch",
            "Number of target points in each training step; by default, that of the family",
            ge=2,
            le=65_536,
        ),
    ] = None
    learning_rate: Annotated[
        float | None,
        described(
            "Learning rate",
            "How much each step changes the flow; by default, that of the family. It decreases toward the end",
            gt=0,
            le=1,
        ),
    ] = None
    warmup_steps: Annotated[int, described("Warm-up steps", "Number of warm-up steps", ge=0, le=100_000_000)] = WARMUP
    clip_norm: Annotated[
        float | None, described("Clip norm", "Clip gradients to this norm; by default, that of the family", gt=0)
    ] = None
    objective: Annotated[
        ObjectiveName,
        described(
            "Learn from",
            "What the flow learns from: points of the target; its log-density alone, by the reverse KL divergence; or "
            "its log-density by importance weights, which leave out no part",
        ),
    ] = "samples"
    patience: Annotated[
        int | None,
        described(
            "Patience",
            "End early after this number of validations in a row without a lower validation NLL; by default, never",
            ge=1,
            le=1_000_000,
        ),
    ] = None

    @property
    def peak_rate(self) -> float:
        """Return the learning rate after the warm-up."""
        return LEARNING_RATE if self.learning_rate is None else self.learning_rate

    def of_family(self, recipe: Recipe) -> "TrainingSpec":
        """Return this training with the learning rate, clip norm and batch of a family where it has none of its own."""
        usual = {name: getattr(recipe, name) for name in ("learning_rate", "clip_norm", "batch")}
        return self.model_copy(update={name: value for name, value in usual.items() if getattr(self, name) is None})

    @property
    def learns_from_density(self) -> bool:
        """Return whether the flow learns from the log-density of the target, and not from points."""
        return self.objective != "samples"

    def with_seed(self, seed: int) -> "TrainingSpec":
        """Return this training with another seed."""
        return self.model_copy(update={"seed": seed})

    def with_budget(self, budget: "TrainingSpec") -> "TrainingSpec":
        """Return this training with the seconds or steps of another one."""
        return self.model_copy(update={name: getattr(budget, name) for name in BUDGET})

    def exceeds(self, other: "TrainingSpec") -> bool:
        """Return whether the budget is larger than that of another training, in the same unit."""
        own, others = (self.steps, other.steps) if self.seconds is None else (self.seconds, other.seconds)
        return own is not None and others is not None and own > others

    def has_patience(self, unimproved: int) -> bool:
        """Return whether to continue after the given number of validations without a lower validation NLL."""
        return self.patience is None or unimproved < self.patience

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if (self.seconds is None) == (self.steps is None):
            raise ValueError("Give either seconds or steps as the budget.")
        return self


def replaced(others: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `others` updated with `own`; a budget in `own` replaces a budget of either kind."""
    gone = BUDGET if BUDGET & own.keys() else set()
    return {**{name: value for name, value in others.items() if name not in gone}, **own}


def with_usual_budget(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a training, with the usual budget if they have none."""
    has_budget = any(values.get(name) is not None for name in BUDGET)
    return {**values, **({} if has_budget else {"seconds": DEFAULT_SECONDS})}
