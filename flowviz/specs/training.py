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

    Loading and compiling do not count as seconds of training. With a budget of steps, the same seed gives the same
    numbers on the same machine.
    """

    seconds: Annotated[
        float | None,
        Field(title="Seconds", description="Duration of the training in seconds; 60 by default", gt=0, le=86_400),
    ] = None
    steps: Annotated[
        int | None,
        Field(title="Steps", description="Number of training steps, instead of a duration", gt=0, le=100_000_000),
    ] = None
    seed: Annotated[
        int, Field(title="Seed", description="The same seed gives the same random numbers", ge=0, lt=2**63)
    ] = 0
    batch: Annotated[
        int, Field(title="Batch", description="Number of target points in each training step", ge=2, le=65_536)
    ] = BATCH
    learning_rate: Annotated[
        float,
        Field(
            title="Learning rate",
            description="How much each step changes the flow. It decreases toward the end",
            gt=0,
            le=1,
        ),
    ] = LEARNING_RATE
    warmup_steps: Annotated[
        int, Field(title="Warm-up steps", description="Number of warm-up steps", ge=0, le=100_000_000)
    ] = WARMUP
    clip_norm: Annotated[
        float | None,
        Field(title="Clip norm", description="Clip gradients to this norm; by default, that of the family", gt=0),
    ] = None

    @model_validator(mode="after")
    def _one_budget(self) -> Self:
        if (self.seconds is None) == (self.steps is None):
            raise ValueError("Give a budget of either seconds or steps.")
        return self
