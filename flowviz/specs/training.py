"""How the flow is trained."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from flowviz.specs.spec import Spec

DEFAULT_SECONDS = 60.0
LEARNING_RATE = 2e-3
BATCH = 256
WARMUP = 200  # steps


class TrainingSpec(Spec):
    """Adam with warm-up, cosine decay and clipping, for a budget of seconds or of steps.

    `seconds` count from the first step: loading and compiling are not in them. With `steps` the same seed
    gives the same numbers on the same machine. Longer gradients are shortened to `clip_norm`; with None, to that of the
    flow's family.
    """

    seconds: Annotated[float, Field(gt=0, le=86_400)] | None = None
    steps: Annotated[int, Field(gt=0, le=100_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    batch: Annotated[int, Field(ge=2, le=65_536)] = BATCH
    learning_rate: Annotated[float, Field(gt=0, le=1)] = LEARNING_RATE
    warmup_steps: Annotated[int, Field(ge=0, le=100_000_000)] = WARMUP
    clip_norm: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if (self.seconds is None) == (self.steps is None):
            raise ValueError("Give a budget of either seconds or steps.")
        return self
