"""Changes of the budget, learning rate, clip norm and batch size of a training that has begun."""

from dataclasses import replace

from flowviz.errors import SpecError
from flowviz.projects import Project
from flowviz.records import Adjusted, Settings, Trial
from flowviz.records.trial import CUT_SHORT
from flowviz.specs import TrainingSpec
from flowviz.specs.shares import counted
from flowviz.training.schedule import Budget


def extended(project: Project, *, steps: int | None, seconds: float | None) -> Project:
    """Return a project whose training continues with a different budget.

    From the checkpoint on, the learning rate follows the schedule of the new budget. The patience is reset.

    Args:
        project: A project with a checkpoint.
        steps: The new number of steps, counted from the start of the budget, not from the checkpoint.
        seconds: The new training time in seconds, counted in the same way. Give either steps or seconds.

    Raises:
        SpecError: If both or neither of steps and seconds are given, or if the training has already used more.
    """
    checkpoint = project.checkpoint
    assert checkpoint is not None
    changed = TrainingSpec(**{**project.training.model_dump(), "steps": steps, "seconds": seconds})
    spent = Budget.at(checkpoint, changed)
    if steps is not None and steps < spent.steps_spent:
        raise SpecError(
            f"The flow has already been trained for {counted(spent.steps_spent, 'step')}. Give a larger number."
        )
    if seconds is not None and seconds < spent.seconds_spent:
        taken = f"{spent.seconds_spent:.1f} seconds"
        raise SpecError(f"The flow has already been trained for {taken}. Give a larger number.")
    return project.with_budget(changed)


def can_go_on(project: Project, trial: Trial | None) -> bool:
    """Return whether the training of an entrant can continue, which that of a recorded flow cannot.

    Args:
        project: The project of the entrant.
        trial: The result of the training. None if it has not ended. A flow without a checkpoint keeps it.
    """
    if project.flow.is_recorded:
        return False
    if trial is None or trial.ending in CUT_SHORT:
        return True
    if project.checkpoint is None:
        return project.edits != project.trained_edits  # from what is shown
    return trial.ending != "diverged" and not end_of(project)


def spent_budget(project: Project) -> Budget | None:
    """Return the budget of a training and what is spent of it, up to its checkpoint or else to its last report.

    None if the flow has not been trained.
    """
    last, report = project.checkpoint, project.history.last_progress()
    if last is None and report is not None:
        return Budget(project.training, report.step, report.seconds, project.history.present_start)
    return Budget.at(last, project.training) if last else None


def end_of(project: Project) -> str:
    """Return why the training of a project cannot continue, as a clause without a subject; empty if it can."""
    checkpoint, spec = project.checkpoint, project.training
    if checkpoint is None:
        return ""
    if not spec.has_patience(checkpoint.unimproved):
        return f"ended early, because {spec.patience:,} validations in a row did not lower the validation NLL"
    if Budget.at(checkpoint, spec).fraction < 1:
        return ""
    budget = f"{spec.seconds:g} seconds" if spec.steps is None else counted(spec.steps, "step")
    return f"has already been trained for its whole budget of {budget}"


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
