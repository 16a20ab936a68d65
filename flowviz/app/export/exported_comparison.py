"""A comparison as the source of exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flowviz.app.export import words
from flowviz.app.export.source import Choices, ExportSource, Item, Kind, items, spec_of
from flowviz.app.widgets.choice_words import color_choices
from flowviz.exporting.commands import render_command
from flowviz.exporting.comparison_figure import ComparisonFigure, usual_columns, usual_size
from flowviz.exporting.comparison_tables import TABLES, ComparisonTable
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.web_page import WebPage
from flowviz.projects import Comparison
from flowviz.specs import ExportSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export import effects
from flowviz.specs.export_kinds import FORMATS, What
from flowviz.specs.fields import values_of, with_values
from flowviz.specs.view import Theme

FIGURES: tuple[What, ...] = ("sheet", "animation", "page")
TABLE = "table"
OF_FIGURES = frozenset(  # fields that affect the figure of a comparison
    {
        *("what", "format", "in_betweens", "fps", "easing", "heading", "repeat", "size", "scale", "dpi", "background"),
        *("theme", "marks", "common_scale", "grid_cells", "color_by", "column", "palette"),
    }
)


@dataclass(frozen=True)
class ExportedComparison(ExportSource):
    """A comparison, which is exported as a figure, an animation or a table.

    Attributes:
        comparison: The comparison.
        theme: The theme that figures have unless another is chosen.
    """

    comparison: Comparison
    theme: Theme

    @property
    def kinds(self) -> Mapping[str, Kind]:
        texts = words.WHAT_OF_COMPARISONS
        figures: dict[str, Kind] = {what: Kind(*texts[what], FORMATS[what]) for what in FIGURES}
        return {**figures, TABLE: Kind(*texts[TABLE], tuple(TABLES))}

    def proposed(self, before: ExportSource | None, chosen: ExportSpec | None) -> Choices:
        """Return the choices of a figure, which do not depend on those of last time."""
        values = values_of(ExportSpec(what="sheet", seen=Seen(view=ViewSpec(theme=self.theme))))
        figure = {name: values[name] for name in OF_FIGURES} | {"columns": usual_columns(self.comparison)}
        return self.followed(figure, "columns")

    def fields(self, choices: Choices) -> frozenset[str]:
        if choices["what"] == TABLE:
            return frozenset({"what", "format"})
        found = effects(with_values(ExportSpec(), choices)) & choices.keys()
        return found if choices["what"] == "page" else found | {"columns"}

    def options(self, choices: Choices) -> Mapping[str, Mapping[Any, Item]]:
        stages = "One panel per flow" if choices["what"] == "animation" else "Stages"
        columns: dict[FigureColumns, str] = {"stages": stages, "marks": "Points, density and grid"}
        if usual_columns(self.comparison) == "targets":
            columns = {"targets": "Targets", **columns}
        traces = (project.trace for project in self.comparison.projects.values())
        particles = list(dict.fromkeys(name for trace in traces for name in trace.columns))  # of some recorded flow
        colors = items(color_choices(particles), {"selection": words.NOT_BY_SELECTION})
        return {**super().options(choices), "columns": items(columns), "color_by": colors}

    def sizes(self, choices: Choices) -> Mapping[PictureSize, str]:
        return {} if choices["what"] in {"page", TABLE} else {self._usual_size(choices): "To fit the panels"}

    def followed(self, choices: Choices, name: str) -> Choices:
        """Return the choices with the usual size of a figure, whose panels depend on what is exported."""
        resizes = name in {"what", "columns"} and choices["what"] not in {"page", TABLE}
        return {**choices, "size": self._usual_size(choices)} if resizes else choices

    def export(self, choices: Choices, keeper: FlowKeeper) -> ComparisonFigure | ComparisonTable | WebPage:
        if choices["what"] == TABLE:
            return ComparisonTable(self.comparison, choices["format"])
        if choices["what"] == "page":
            return WebPage(self.comparison, spec_of(choices))
        return ComparisonFigure(self.comparison, spec_of(choices), choices["columns"])

    def copies(self, choices: Choices) -> Mapping[str, Callable[[Path], str]]:
        if choices["what"] == TABLE:
            return {}
        spec, columns = spec_of(choices), choices["columns"]
        return {"command": partial(render_command, self.project_path, spec, columns=columns)}

    def _usual_size(self, choices: Choices) -> PictureSize:
        return usual_size(self.comparison, with_values(ExportSpec(), choices), choices["columns"])
