"""What the terminal says while it works, on stderr. Rich is loaded with the first word: a window says none."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from flowviz.records import Event, Overfitting, Preparing, Progress, Recovered, TrialSummary, Uncompiled

HEADINGS = ("flow", "rate", "runs", "finite", "diverged", "recoveries", "25 %", "median", "75 %")

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.table import Table


@cache
def talk() -> "Console":
    """The terminal, as it is talked to."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def progress_bar() -> "Bar":
    """A progress bar, which is shown in a terminal only."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=talk(),
        transient=True,
        disable=not talk().is_terminal,
    )


def told(event: Event) -> dict[str, Any]:
    """What the progress bar shows of an event; what must be heard is said at once."""
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
    talk().print(sentence, markup=False, soft_wrap=True)


def summary_table(summaries: Sequence[TrialSummary]) -> "Table":
    """The trials in a table, a row a learning rate."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, caption="Quartiles of the gap, in nats", caption_justify="right")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "flow" else "right")
    for s in summaries:
        counts = (s.runs, s.finite, s.diverged, s.recoveries)
        quartiles = [f"{gap:.3f}" for gap in s.gap_quartiles] if s.gap_quartiles else 3 * ["–"]
        table.add_row(s.family, f"{s.learning_rate:g}", *map(str, counts), *quartiles)
    return table
