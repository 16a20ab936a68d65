"""Tables of a comparison: its runs as CSV; in Markdown and LaTeX a row for each entrant, with means over seeds.

Limits by counting follow in rows of their own.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flowviz.errors import SpecError
from flowviz.exporting import Steps
from flowviz.exporting.pictures import write_once
from flowviz.projects import Comparison
from flowviz.records import to_csv
from flowviz.records.comparison_table import best_of, with_values

DIFFERENCE_WORDS = "Test NLL − best is the difference from the NLL of the best flow on the same test points."
MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
LATEX_SIGNS = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "±": r"$\pm$",
    "–": "--",
    "−": "$-$",
}


def caption(comparison: Comparison) -> str:
    """Return sentences that explain the figures of a comparison, beginning with the length of the trainings."""
    error = "the standard deviation over seeds" if comparison.seeds > 1 else "the standard error of the test"
    pairs = (
        f" {DIFFERENCE_WORDS} Its ± is the standard error of the test, which excludes the spread over trainings."
        if any(comparison.differences().values())
        else ""
    )
    is_running = any(trial.ending == "training" for trial in comparison.trials)
    running = " Runs that have not ended are measured on validation points and not ranked." if is_running else ""
    limit = (
        " The limit by counting is that of an adaptive histogram: it is no flow, but shows how sharp one could be."
        if comparison.limits
        else ""
    )
    measured = f"Gaps and NLLs are in nats; ± is {error}."
    return f"{comparison.trained_with} {measured}{pairs}{running}{limit}".lstrip()


def markdown(comparison: Comparison) -> str:
    """Return the table of a comparison in Markdown, with the best means of each column in bold type."""
    heading, *rows = _rows(comparison, _markdown, "**{}**".format)
    lines = [f"| {' | '.join(row)} |" for row in (heading, ["---", *["---:"] * (len(heading) - 1)], *rows)]
    best = "Bold values are the best of their column, or cannot be distinguished from the best."
    return "\n".join([*lines, "", f"{caption(comparison)} {best}", ""])


def latex(comparison: Comparison) -> str:
    """Return the table of a comparison in LaTeX, with the best means of each column in bold type.

    It requires the package booktabs and, for names that are not ASCII, an engine that reads UTF-8.
    """
    found = [*_rows(comparison, _latex, r"\textbf{{{}}}".format)]
    heading, *rows = (" & ".join(row) + r" \\" for row in found)
    lines = [
        r"% \usepackage{booktabs}",
        f"% {caption(comparison)}",
        rf"\begin{{tabular}}{{l{'r' * (len(found[0]) - 1)}}}",
        r"\toprule",
        heading,
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join([*lines, ""])


TABLES: Mapping[str, Callable[[Comparison], str]] = {  # by suffix
    "csv": lambda comparison: to_csv(comparison.table_trials()),
    "md": markdown,
    "tex": latex,
}


class ComparisonTable:
    """A table of the runs, as a file. Those in progress have their current figures."""

    count = 1  # number of steps that `write` takes

    def __init__(self, comparison: Comparison, form: str) -> None:
        """Prepare a table in a format of `TABLES`; nothing is written yet.

        Raises:
            SpecError: If no flow has been trained.
        """
        if not comparison.trials and not comparison.in_progress:
            raise SpecError("The table has no rows before a flow has been trained. Train the flows first.")
        self._comparison, self._form = comparison, form

    def write(self, output: Path) -> Steps:
        """Write the table. If the generator is closed early, nothing is left behind.

        Args:
            output: The file to write.

        Yields:
            None after its only step.

        Raises:
            FileError: If the file cannot be written.
        """
        return write_once(output, lambda part: part.write_bytes(self.text().encode()))

    def text(self) -> str:
        """Return the content of the file."""
        return TABLES[self._form](self._comparison.with_current())


def _rows(
    comparison: Comparison, escaped: Callable[[str], str], bold: Callable[[str], str]
) -> Iterator[tuple[str, ...]]:
    """Yield the heading of the table, and a row for each entrant and each limit by counting."""
    summaries, lines = comparison.summaries(), comparison.lines()
    columns = with_values(lines)
    best = {column.name: best_of(column, summaries) for column in columns}
    yield tuple(map(escaped, ("name", "runs", *(column.heading(lines) for column in columns))))
    for number, line in enumerate(lines):
        texts = [(escaped(line.text(column)), number in best[column.name]) for column in columns]
        name = escaped(comparison.title(line.name))
        yield name, line.count, *(bold(text) if is_best else text for text, is_best in texts)


def _markdown(text: str) -> str:
    return MARKDOWN_SIGNS.sub(r"\\\1", text)


def _latex(text: str) -> str:
    return "".join(LATEX_SIGNS.get(sign, sign) for sign in text)
