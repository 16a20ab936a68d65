"""Changes that are requested of trainings while they run."""

from dataclasses import dataclass

from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.specs import TargetSpec, TrainingSpec
from flowviz.targets import Target


@dataclass(frozen=True)
class Add:
    """Let another entrant join, whose training continues from the checkpoint of its project, if it has one."""

    name: str
    project: Project


@dataclass(frozen=True)
class Remove:
    """Let an entrant leave. Its project and its results are dropped."""

    name: str


@dataclass(frozen=True)
class Retarget:
    """Learn another target from now on, from the current weights and with a new budget.

    Nothing changes for an entrant that learns this target already.

    Attributes:
        spec: The target.
        target: The same target, as it was built from the spec.
        name: Name of the entrant. None for all of them, also those whose training has ended.
    """

    spec: TargetSpec
    target: Target
    name: str | None = None


@dataclass(frozen=True)
class Adjust:
    """Continue with the learning rate, clip norm and batch of a training, for an entrant or, without a name, for all.

    They do not apply to an entrant whose training has ended.
    """

    training: TrainingSpec
    name: str | None = None


@dataclass(frozen=True)
class Vary:
    """Move the particles of the following snapshots by a variant of the flow, of an entrant or, without a name, of all.

    Neither the weights nor the reports of the losses depend on it.
    """

    variant: Variant
    name: str | None = None


Change = Add | Remove | Retarget | Adjust | Vary
