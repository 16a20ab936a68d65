"""Titles of edits, as in "Undo Typing" and "Redo Flow: Spline"."""

from collections.abc import Callable, Mapping
from typing import Any

from flowviz.app.state.pages import Contents, contents_of
from flowviz.app.state.request import Request
from flowviz.app.widgets.choice_words import COLORS, MARKS
from flowviz.projects import Plan
from flowviz.specs import RECIPES
from flowviz.specs.edits import Edits
from flowviz.specs.recipes import RECORDED_RECIPE
from flowviz.specs.shapes import heading_of

Fields = Mapping[str, Any]
Title = str | Callable[[Any, Any], str]  # or a function of the values before and after

CONTINUOUS = frozenset({
    "Typing", "Weight", "Threshold", "Shares of the Mix", "Layers", "Width", "Depth", "Bins", "Seed", "Rate", "Batch",
    "Clip Norm", "Integrator Steps", "Train For", "Zoom or Pan", "Bend Curve", "Value of the Condition", "Guidance",
})  # fmt: skip


def title_of(before: Fields, after: Fields) -> str:
    """Return the title of an edit from the first field that changed."""
    for name, value in after.items():
        if name in TITLES and before.get(name, value) != value:
            title = TITLES[name]
            return title if isinstance(title, str) else title(before[name], value)
    return "Choice"


def _request_title(before: Request, after: Request) -> str:
    """Return a title for a change of the page that is shown after it, of another part of the plan, or of the rest."""
    return title_of(*(
        {**_plan_fields(each.pages.of(after.kind), each.plan), "kind": each.kind, "follows": each.follows}
        for each in (before, after)
    ))  # fmt: skip


def _entrants_title(before: Any, after: Any) -> str:
    old, new = ({each.style: each for each in entrants} for entrants in (before, after))
    for style in old.keys() ^ new.keys():
        return f"Add '{new[style].name}'" if style in new else f"Remove '{old[style].name}'"
    changed = next(((old[style], new[style]) for style in new if new[style] != old[style]), None)
    if changed is None:
        return "Order"
    if changed[0].name != changed[1].name:
        return "Rename"
    if changed[0].edits != changed[1].edits:
        return _edits_title(changed[0].edits, changed[1].edits)
    return title_of(*(_plan_fields(contents_of(each.plan.target), each.plan) for each in changed))


def _plan_fields(page: Contents, plan: Plan) -> Fields:
    return {**vars(page), "kind": page.kind, **dict(plan.flow), **dict(plan.training)}


def _page_title(before: Any, page: Any) -> str:
    kind = (page or before).kind
    return "Typing" if kind == "text" else f"Source: {kind.capitalize()}"


def _with_name(kind: str) -> Callable[[Any, Any], str]:
    return lambda _, spec: f"{kind}: {spec.title}" if spec else kind


def _mix_title(before: Any, parts: Any) -> str:
    if len(parts) == len(before):
        return "Shares of the Mix"
    return "Add to the Mix" if len(parts) > len(before) else "Remove from the Mix"


def _mark_title(before: Any, marks: Any) -> str:
    (mark, *_) = sorted(before ^ marks)
    return f"{'Show' if mark in marks else 'Hide'} {MARKS[mark][0].replace('&', '')}"


def _selection_title(before: Any, selection: Any) -> str:
    if selection is None:
        return "Clear Selection"
    everything = before is None and selection.chosen.all()
    is_inverse = everything or (before is not None and before == selection.inverted())
    return "Invert Selection" if is_inverse else "Selection"


def _edits_title(before: Edits, edits: Edits) -> str:
    changed = [stage for stage in before.layers.keys() | edits.layers.keys() if before.of(stage) != edits.of(stage)]
    if len(changed) > 1:
        return "Edits of Layers" if edits else "Reset All Edits"
    [stage] = changed
    old, new = before.of(stage), edits.of(stage)
    if old.bumps == new.bumps:
        return f"{'Disable' if new.disabled else 'Enable'} Layer {stage}"
    if len(old.bumps) > len(new.bumps) + 1 or old.disabled != new.disabled:
        return f"Reset Layer {stage}"
    return "Bend Curve" if len(new.bumps) >= len(old.bumps) else "Remove Bend"


def _show_or_hide(thing: str) -> Callable[[Any, Any], str]:
    return lambda _, shown: f"{'Show' if shown else 'Hide'} {thing}"


TITLES: Mapping[str, Title] = {
    "request": _request_title,
    "entrants": _entrants_title,
    "page": _page_title,
    "text": "Typing",
    "font": "Font",
    "weight": "Weight",
    "align": "Alignment",
    "blur": "Blur",
    "picture": _with_name("Image"),
    "threshold": "Threshold",
    "invert": "Invert",
    "grayscale": "Grayscale as Density",
    "shape": lambda _, shape: f"Shape: {heading_of(shape)}",
    "drawn": lambda _, drawn: drawn[1] or "Drawing",
    "table": lambda _, table: f"Points: {table.path.name}" if table else "Points",
    "columns": "Columns",
    "points": _with_name("Points"),
    "parts": _mix_title,
    "layout": "Arrangement of the Mix",
    "kind": lambda _, kind: f"Source: {kind.capitalize()}",
    "family": lambda _, family: f"Flow: {RECIPES.get(family, RECORDED_RECIPE).title}",
    "options": "Option of the Family",
    "layers": "Layers",
    "base": "Base Distribution",
    "components": "Components of the Base",
    "arrangement": "Arrangement of the Base",
    "conditioner": "Conditioner",
    "width": "Width",
    "depth": "Depth",
    "bins": "Bins",
    "normalization": "Normalization",
    "log_scale_bound": "Bounded Log-Scale",
    "pairing": "Pairing",
    "integrator": "Integrator",
    "integrator_steps": "Integrator Steps",
    "condition": "Condition",
    "given": "Value of the Condition",
    "guidance": "Guidance",
    "ignores_condition": "Ignore the Condition",
    "leave_out": "Values Left Out",
    "seed": "Seed",
    "learning_rate": "Rate",
    "clip_norm": "Clip Norm",
    "batch": "Batch",
    "patience": "Patience",
    "objective": "Learn From",
    "seconds": "Train For",
    "steps": "Train For",
    "follows": "Follow the Target",
    "direction": lambda _, direction: f"Direction: {direction.capitalize()}",
    "overview": _show_or_hide("Overview"),
    "color_by": lambda _, color_by: f"Color by {COLORS.get(color_by, 'Column')}",
    "column": "Color by Column",
    "palette": lambda _, palette: f"Colors: {palette.capitalize()}",
    "marks": _mark_title,
    "velocity": "Velocity of the Arrows",
    "beside": _show_or_hide("Beside"),
    "common_scale": "Common Scale",
    "grid_cells": "Coarse Grid",
    "square": "Marked Square",
    "fitted": lambda _, fitted: "Fit the Cloud" if fitted else "Zoom or Pan",
    "center": "Zoom or Pan",
    "half_extent": "Zoom or Pan",
    "selection": _selection_title,
    "edits": _edits_title,
    "limits": _show_or_hide("Limit by Counting"),
}
