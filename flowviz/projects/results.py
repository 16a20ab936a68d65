"""The results of the trainings of projects: their figures, and what the flows were trained with."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from flowviz import targets
from flowviz.projects.project import Project
from flowviz.records import FLOW_UNITS, Hits, Score, Trial, Units, Weights
from flowviz.records.trial import figures_so_far
from flowviz.specs.comparison import budget_words


def trained_with(projects: Collection[Project]) -> str:
    """Return the steps or seconds that each of several flows was trained for, such as "up to 1,000 steps".

    Flows that have not been trained do not count. If none has, it is their budget. Times are compared in whole seconds,
    because the last steps of a training end a little after its budget: 2.53 s of training with a budget of 2.5 s are
    "2.5 s of training".
    """
    budget = next(iter(projects)).training
    unit, amount = ("seconds", int(budget.seconds or 0)) if budget.steps is None else ("steps", budget.steps)
    spent = {int(taken) for each in projects if (taken := _spent(each, unit)) >= 1}
    longest = max(spent, default=amount)
    words = budget_words(budget if longest == amount else budget.model_copy(update={unit: longest}))
    return f"up to {words}" if len(spent) > 1 else words


def _spent(project: Project, unit: str) -> float:
    """Return the steps since a flow began to learn its target, or the seconds since its budget began.

    The budget begins anew with another target, and when the training starts from edits of the flow. When it began is
    not known without a checkpoint, so all seconds count then.
    """
    last = project.checkpoint or project.history.last_progress()
    if last is None or unit == "steps":
        return last.step - project.history.present_start if last else 0
    return last.seconds - (project.checkpoint.start_seconds if project.checkpoint else 0)


def kept_result(project: Project, target: targets.Target | None) -> Trial | None:
    """Return the result of a trained flow that cannot be trained further, such as one of the gallery.

    None for other flows, and if its score on the test points is not known, as after an edit of its layers.

    Args:
        project: The project of the flow.
        target: The target, for figures that the project does not have. None if it has not been built.
    """
    score = project.score
    if project.checkpoint is not None or score is None or score.test is None:
        return None
    units = targets.target_units(target, "data") if target else FLOW_UNITS
    figures = {**current_figures(project, units), **project.present_moment(target).figures()}
    figures |= {**score.in_units(units).figures(), "without_density": score.test.without_density}
    return replace(Trial.running(project.flow, project.training, figures), ending=project.ending or "completed")


def edited_figures(figures: Mapping[str, float | None], score: Score | None) -> dict[str, float | None]:
    """Return the figures of a flow whose layers were edited after its training: unknown, except for its score.

    Args:
        figures: The figures before the edits.
        score: The score of the edited flow, in the units of the figures. None if it is unknown.
    """
    unknown = dict.fromkeys(("gap", "test_nll", "test_nll_median", "standard_error", "leaked", *Hits.__annotations__))
    known = {
        "validation_gap": score.validation_gap if score else None,
        "validation_nll": score.validation_nll if score else None,
        "without_density": score.validation.without_density if score and score.validation else None,
    }
    return {**figures, **unknown, **known}


def current_figures(project: Project, units: Units) -> dict[str, float | None]:
    """Return the latest figures of a training, without those on an earlier target, with NLLs in the given units."""
    history, progress = project.history, project.history.last_progress()
    weights = Weights({}, {}) if project.flow.is_recorded else project.weights  # what was recorded are no parameters
    if progress is None or history.has_changed_since(progress.step):
        return figures_so_far(None, None, weights, history)
    moments = project.timeline.moments
    return figures_so_far(progress.in_units(units), moments[-1] if moments else None, weights, history)
