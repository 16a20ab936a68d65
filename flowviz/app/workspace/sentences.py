"""Sentences about a comparison."""

from collections.abc import Sequence

from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.labels import shortened
from flowviz.app.workspace.compared import Compared
from flowviz.app.workspace.entrants import FAILED
from flowviz.app.workspace.seeds import rows_of
from flowviz.projects.results import trained_with
from flowviz.specs import ViewSpec
from flowviz.specs.comparison import budget_words
from flowviz.specs.shares import percent
from flowviz.specs.view import FIELDS

GREETING = "Press {}: the flows take turns, and each gets the same budget."
GREETING_BESIDE = "Train starts the selected flow, and Train All starts all of them."
NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}
MAX_TITLE = 24  # characters


def title(compared: Compared, view: ViewSpec) -> tuple[str, ...]:
    """Return descriptions of the comparison, from the longest to the shortest, which may be empty.

    During a training, they end with the marks of a view that the panes beside the selected one do not draw.
    """
    if not compared.runs:
        return ("",)
    texts = _description(compared)
    hidden = sorted(view.marks & FIELDS)
    if compared.has_fields or not hidden:
        return (*texts, "")  # where there is hardly any room, nothing says more than the first letters
    note = f"The other flows show {_enumerated(hidden)} again when the training pauses or ends"
    return (*(f"{text}. {note}" for text in texts), note)


def _description(compared: Compared) -> tuple[str, ...]:
    count, projects = len(compared.runs), [run.project for run in compared.runs]
    budget = trained_with(projects) if compared.state == TrainingState.IDLE else budget_words(projects[0].training)
    flows = f"{NUMBERS[count]} flow{'s' if count > 1 else ''}"
    if not compared.trains_all:
        return (flows,)
    if not compared.shares_target:
        return f"{flows} and their targets, each with {budget}", f"{flows}, {budget} each", flows
    target = shortened(compared.runs[0].target.title, MAX_TITLE)
    learn = "learn" if count > 1 else "learns"
    return (
        f"{flows} {learn} '{target}', each with {budget}, on the same points",
        f"{flows} {learn} '{target}', each with {budget}",
        f"{flows}, {budget} each",
        flows,
    )


def sentence(compared: Compared, activity: str) -> str:
    """Return the state of the training; `activity` names the current preparation of a flow, if any."""
    match compared.state:
        case TrainingState.PREPARING:
            return activity or "Loading TensorFlow…"
        case TrainingState.PAUSED:
            return "Paused. Resume continues each flow exactly where it stopped."
        case TrainingState.STOPPING:
            return "Stopping…"
        case TrainingState.TRAINING:
            return _training(compared)
    return _idle(compared)


def _training(compared: Compared) -> str:
    if not compared.trains_all:
        names = [f"'{run.title}'" for run in compared.runs if run.key in compared.training]
        return f"Training {_enumerated(names)}."
    diverged = [run.title for run in compared.runs if run.status in FAILED]
    words = f" {', '.join(diverged)} diverged or failed." if diverged else ""
    return f"The flows take turns: {percent(compared.fraction)} of the budget is used.{words}"


def _idle(compared: Compared) -> str:
    if not compared.trains_all:
        return f"{_result(compared)} {GREETING_BESIDE}".lstrip()  # the end is cut if there is no room
    command = "Train All" if compared.scope == "all" else "Train"
    asked = next((run.asked for run in compared.runs if run.asked), None)
    if asked is not None:
        return f"Press {command} to start all flows over, with '{shortened(asked.title, MAX_TITLE)}' as their target."
    if any(run.is_unscored for run in compared.runs):
        return "Stopped. The final figures are being computed; until then, those of validation points are shown."
    return _result(compared) or GREETING.format(command)


def _result(compared: Compared) -> str:
    """Return how the trainings ended. Empty before any of them."""
    if not any(run.is_begun for run in compared.runs):
        return ""
    waiting = [run.title for run in compared.runs if not run.has_ended]
    end = "Stopped" if any(run.status in {"stopped", "interrupted"} for run in compared.runs) else "Done"
    result = f"{end}{_best(compared)}."
    return f"{result} Not trained yet: {', '.join(waiting)}." if waiting else result


def _best(compared: Compared) -> str:
    """Name the tested entrants with the smallest test gap. Return an empty text if fewer than two have been tested."""
    known = [run for run in compared.runs if run.has_ended and run.figures.get("gap") is not None]
    if len(known) < 2:
        return ""
    ties = [
        run.title for run, row in zip(known, rows_of(known), strict=True) if row.difference and row.difference.is_tie
    ]
    if len(ties) > 1 and compared.shares_target:
        return f": {_enumerated(ties)} have the smallest test gaps, which the test cannot distinguish"
    best = min(known, key=lambda run: run.gap or 0.0)
    return f": {best.title} has the smallest test gap, {best.gap:.3f} nats"


def _enumerated(names: Sequence[str]) -> str:
    """Return names as part of a sentence, such as "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
