"""The rows of the table below those of the entrants: means over seeds, and limits by counting."""

from flowviz.app.workspace.compared import Compared
from flowviz.app.workspace.seeds import SummaryRow, shown, summary_rows
from flowviz.projects.comparison import limit_names
from flowviz.records.comparison_table import COLUMNS

TIP = (
    "How well millions of points, counted in small rectangles, describe the target. This is no flow, because it takes "
    "the plane apart, but it shows how sharp a flow could be. It is computed while no flow is trained"
)


def rows_below(value: Compared) -> list[SummaryRow]:
    """Return the means over seeds, and a row for the limit of each target if they are asked for.

    The row of a limit that is not known yet has dashes.
    """
    known = {target: limit.figures for target, limit in (value.limits or {}).items()}
    names = limit_names(run.project.target for run in value.runs if value.limits is not None)
    limits = [
        SummaryRow(
            name, {column.name: shown(column, known.get(target, {}).get(column.name)) for column in COLUMNS}, TIP
        )
        for target, name in names
    ]
    return [*summary_rows(value.runs), *limits]
