"""Changes of the learning rate, the clip norm and the batch of a training that has begun."""

from dataclasses import replace

from flowviz.projects import Project
from flowviz.records import Adjusted, Settings
from flowviz.specs import TrainingSpec


def adjusted(
    project: Project, *, learning_rate: float | None = None, clip_norm: float | None = None, batch: int | None = None
) -> Project:
    """Return a project whose training continues with other settings. Those that are None stay the same.

    Raises:
        SpecError: If a setting is out of range.
    """
    given = {"learning_rate": learning_rate, "clip_norm": clip_norm, "batch": batch}
    changes = {name: value for name, value in given.items() if value is not None}
    return with_settings_of(project, TrainingSpec(**{**dict(project.training), **changes}))


def with_settings_of(project: Project, requested: TrainingSpec) -> Project:
    """Return a project whose training continues with the settings of another one, and whose history marks the change.

    The state of the optimizer and the schedule are kept. A new learning rate applies in full, even if recoveries have
    halved the previous one.

    Args:
        project: A project with a checkpoint.
        requested: The training with the new learning rate, clip norm and batch. Its other fields have no effect.
    """
    checkpoint, recipe = project.checkpoint, project.flow.recipe
    assert checkpoint is not None
    before, after = Settings.of(project.training, recipe), Settings.of(requested, recipe)
    if before == after:
        return project
    if before.learning_rate != after.learning_rate:
        checkpoint = checkpoint.at_full_rate()
    return replace(project, checkpoint=checkpoint).after(Adjusted(checkpoint.step, before, after))
