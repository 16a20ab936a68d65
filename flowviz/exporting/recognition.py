"""Recognition of files that hold work, which an export must not replace unnoticed."""

import csv
from pathlib import Path

from flowviz.projects import is_comparison, is_project
from flowviz.records.trial import from_csv

MAX_HEADER = 10_000  # characters of the first line of a table


def work_in(path: Path) -> str | None:
    """Return which result of a training a file holds, such as "a project", or None if it holds none.

    Args:
        path: A file, which need not exist. Its content counts, not its name.
    """
    kinds = (
        (is_project, "a project"),
        (is_comparison, "a comparison"),
        (is_trial_table, "a table of trials"),
    )
    return next((kind for is_kind, kind in kinds if is_kind(path)), None)


def is_trial_table(path: Path) -> bool:
    """Return whether a file begins like a table that `compare` wrote, or `trials` of an older version."""
    try:
        if not path.is_file():
            return False
        with path.open(encoding="utf-8", newline="") as file:
            from_csv(file.readline(MAX_HEADER))
    except (OSError, ValueError, csv.Error):
        return False
    return True
