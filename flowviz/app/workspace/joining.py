"""Projects that join a comparison."""

from dataclasses import replace

from flowviz.projects import Project
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec
from flowviz.specs.comparison import MAX_NAME
from flowviz.training.schedule import Budget
from flowviz.training.settings import spent_budget


def joining(project: Project, target: TargetSpec, budget: TrainingSpec) -> Project:
    """Return a project as an entrant of a comparison.

    It keeps what it has learned if that was the same target, and not longer than the budget allows. Otherwise it starts
    over, with the seed of the others, so that all entrants are treated alike. A recorded flow is shown as it is.

    Args:
        project: The project.
        target: The target that it learns in the comparison.
        budget: A training with the budget and the seed of all entrants.
    """
    training = project.training.with_budget(budget)
    spent = spent_budget(replace(project, training=training))
    is_kept = project.target == target and spent is not None and _fits(spent)
    if project.flow.is_recorded or is_kept:
        return replace(project, training=training, next=None)
    flow = project.flow.model_copy(update={"seed": budget.seed})
    return Project.untrained(target, flow, training.with_seed(budget.seed))


def name_of(project: Project) -> str:
    """Return a name for the flow of a project: the title of its family."""
    return entrant_name(project.flow.recipe.title)


def trainable(flow: FlowSpec) -> FlowSpec:
    """Return a flow if it can be trained, or the default one in place of a recorded flow."""
    return FlowSpec(seed=flow.seed) if flow.is_recorded else flow


def entrant_name(text: str) -> str:
    """Return a text as the name of an entrant, which is short and printable."""
    printable = "".join(letter for letter in text if letter.isprintable()).strip()
    return printable[:MAX_NAME].strip() or "flow"


def _fits(spent: Budget) -> bool:
    """Return whether no more than the budget is spent."""
    if spent.spec.steps is not None:
        return spent.steps_spent <= spent.spec.steps
    assert spent.spec.seconds is not None
    return spent.seconds_spent <= 1.1 * spent.spec.seconds  # the last chunk ends a little later
