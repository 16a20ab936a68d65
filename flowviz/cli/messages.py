"""Messages, progress and summaries, all on stderr. Rich is loaded with the first message."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from math import inf, isfinite
from operator import attrgetter
from statistics import median
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from flowviz.projects import Comparison
from flowviz.records import Event, Overfitting, Preparing, Progress, Recovered, Trial, Uncompiled
from flowviz.records.comparison_table import brief_columns
from flowviz.records.events import is_unsteady
from flowviz.records.paired import DIFFERENCE
from flowviz.specs.shares import counted, percent
from flowviz.targets import result_of

T = TypeVar("T")

LINE_SECONDS = 10  # between two lines of progress
JUDGED = {"gap", "test_nll", DIFFERENCE, "on_target", "legibility", "seconds_to_goal"}  # columns of a comparison
OF_DENSITY = JUDGED - {"legibility"} | {"effective_share", "covered"}  # if a flow learns from a density

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.table import Table


@cache
def console() -> "Console":
    """Return the terminal of the messages: stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


@contextmanager
def progress_bar() -> Iterator["Bar"]:
    """Show a progress bar in a terminal; elsewhere, such as in a log file, print a line every ten seconds."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=console(),
        transient=True,
        disable=not console().is_terminal,
    )
    with bar, nullcontext() if console().is_terminal else _lines_of(bar):
        yield bar


def drained(steps: Generator[float, None, T], activity: str) -> T:
    """Return the result of steps that yield the share that is done, 0 to 1, with a progress bar."""
    with progress_bar() as bar:
        task = bar.add_task(activity, total=1.0, figures="")
        return result_of(steps, lambda share: bar.update(task, completed=share))


@contextmanager
def _lines_of(bar: "Bar") -> Iterator[None]:
    """Print a line on each task of a bar that is not shown, every ten seconds."""
    ended = Flag()

    def report() -> None:
        while not ended.wait(LINE_SECONDS):
            for task in bar.tasks:
                share = percent(task.percentage / 100) if task.percentage else ""
                figures = [share, task.fields["figures"], f"{task.elapsed or 0:.0f} s"]
                say(f"{task.description}: {', '.join(filter(None, figures))}.")

    thread = Thread(target=report, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def describe(event: Event) -> dict[str, Any]:
    """Return what the progress bar shows of an event; print a notice of what the user should know."""
    match event:
        case Preparing():
            return {"description": event.activity}
        case Progress():
            figures = f"{event.sentence()}, {event.steps_per_second:.0f} steps/s"
            return {"description": "Training", "completed": event.fraction, "figures": figures}
        case Recovered() | Overfitting() | Uncompiled():
            say(event.sentence())
    return {}


def say(sentence: str) -> None:
    """Print a sentence as it is."""
    console().print(sentence, markup=False, soft_wrap=True)


def say_columns(sentence: str) -> None:
    """Print a sentence about the columns of a table that flowviz has chosen, and how to choose others."""
    say(f"{sentence} To read others, use --columns.")


def steadiness_sentences(trials: Sequence[Trial]) -> str:
    """Say how many runs diverged, failed or were unsteady."""
    counts = {ending: sum(trial.ending == ending for trial in trials) for ending in ("diverged", "failed")}
    unsteady = (is_unsteady(each.figures.get("recoveries"), each.figures.get("largest_rise")) for each in trials)
    counts["were unsteady"] = sum(unsteady)
    known = (
        ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        or "none diverged, failed or was unsteady"
    )
    return f"Of {counted(len(trials), 'run')}, {known}."


def validation_sentence(trials: Sequence[Trial]) -> str:
    """Return a sentence with the median validation NLL of each entrant, by which to choose one.

    A run counts as worse than all others if its NLL is unknown, because some points have no density.
    """
    nlls = dict[str, list[float]]()
    for trial in filter(attrgetter("finite"), trials):
        nll = trial.figures.get("validation_nll")
        nlls.setdefault(trial.name, []).append(inf if nll is None else nll)
    medians = ", ".join(
        f"{middle:.3f} nats ({name})" for name, found in nlls.items() if isfinite(middle := median(found))
    )
    return f"Choose by the median validation NLL: {medians or 'unknown'}."


def comparison_table(comparison: Comparison) -> "Table":
    """Return a table with the lines of a comparison, and the figures by which it is judged first."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    lines = comparison.lines()
    learns_from_density = any(each.training.objective != "samples" for each in comparison.projects.values())
    judged = OF_DENSITY if learns_from_density else JUDGED
    columns = [column for column in brief_columns(lines) if column.name in judged]
    table = Table(box=box.SIMPLE_HEAD, padding=0)
    for heading in ("flow", "runs", *(column.heading(lines) for column in columns)):
        table.add_column(heading, justify="left" if heading == "flow" else "right")
    for each in lines:
        table.add_row(Text(comparison.title(each.name)), each.count, *map(each.text, columns))
    return table
