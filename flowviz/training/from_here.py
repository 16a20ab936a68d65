"""Training that starts from an existing flow, which has been edited or learns another target."""

from dataclasses import replace
from typing import Any

import numpy as np

from flowviz.errors import SpecError
from flowviz.projects import Project
from flowviz.records import Checkpoint, Retargeted
from flowviz.records.weights import flatten
from flowviz.specs import TargetSpec, TrainingSpec
from flowviz.specs.target import condition_of
from flowviz.training.settings import with_settings_of


def from_here(project: Project) -> Project:
    """Return a project whose training continues from its weights and edits, with a new budget. Loads TensorFlow.

    The first step starts from exactly what is shown: bumps stay on top of what is learned, as fixed parts of the flow,
    and disabled layers remain the identity. As after a change of the target, the steps and the moments of Adam go on,
    and the warm-up begins anew; the best state so far is forgotten, because it is that of another flow. The moments of
    disabled layers become 0, because such layers neither move nor decay.

    Args:
        project: The project, which may be untrained: it starts from initial weights, with which layers are the
            identity.

    Raises:
        FileError: If the weights do not fit the flow.
        SpecError: If the edits do not fit the flow.
    """
    from flowviz.training.scoring import generators
    from flowviz.training.step import State

    flow, before = project.build_flow(), project.checkpoint
    state: dict[str, Any] = {**State.of(flow).arrays()}
    if before is not None:
        names, shapes = project.flow.stage_names(), flow.parameter_shapes
        disabled = tuple(f"{names[stage]}/" for stage in project.edits.disabled)
        learn = flatten({name: np.full(shape, not name.startswith(disabled)) for name, shape in shapes.items()}, shapes)
        state |= {name: getattr(before, name) * learn for name in ("first_moment", "second_moment")}
    step, seconds = (before.step, before.seconds) if before else (0, 0.0)
    rng = generators(project.training)[0].bit_generator
    checkpoint = Checkpoint(
        **state,
        losses=np.zeros(0, np.float32),
        step=step,
        seconds=seconds,
        chunks=0,
        rate_factor=1.0,
        recoveries=0,
        random_state=before.random_state if before else rng.state,
        kept=None,
        start_step=step,
        start_seconds=seconds,
        edits=project.edits,
    )
    return replace(project, checkpoint=checkpoint)


def retargeted(project: Project, target: TargetSpec, training: TrainingSpec | None = None) -> Project:
    """Return a project whose training continues with another target, from its weights and edits. Loads TensorFlow.

    Args:
        project: The project, which may be untrained.
        target: The new target.
        training: The training, with the budget for the new target. None for that of the project.

    Raises:
        FileError: If the weights do not fit the flow.
        SpecError: If the edits do not fit the flow, or if the target has another condition.
    """
    if project.flow.conditioned_on(condition_of(target)).condition != project.flow.condition:
        raise SpecError("The target has another condition than the flow. Train a new flow on it.")
    wanted, found = training or project.training, from_here(project)
    found = replace(with_settings_of(found, wanted), target=target, training=wanted, next=None)
    if found.resumes_at:
        found = found.after(Retargeted(found.resumes_at, target.title))
    return replace(found, test_uses=project.test_uses if target == project.target else 0)


def continued(project: Project) -> Project:
    """Return a project whose training continues from its checkpoint, or from what is shown if its edits are others."""
    checkpoint = project.checkpoint
    is_same = not project.edits if checkpoint is None else checkpoint.edits == project.edits
    return project if is_same else from_here(project)
