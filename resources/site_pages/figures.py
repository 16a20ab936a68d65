"""Interactive figures: one page for each project, which lessons show in the state of their steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from markupsafe import Markup

from flowviz.exporting.page_clouds import past_moments
from flowviz.exporting.web_page import SHOWN, WebPage
from flowviz.projects import Comparison, Project
from flowviz.rendering import Camera
from flowviz.specs import ExportSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.export_kinds import Control
from flowviz.specs.view import Mark
from site_pages.frame import Frame

PARTICLES = 2000
MOMENTS = 4  # before the latest one
VALUES = 5  # of a condition, so that some are between two classes
CONTROLS: frozenset[Control] = frozenset({"slider", "play", "strip", "sentence"})  # of every figure
SQUARE = PictureSize(width=480, height=480)  # the shape of a figure on a phone, where a fixed view shows all stages


@dataclass(frozen=True)
class Work:
    """Something that figures show.

    Attributes:
        name: Its name in addresses.
        content: The project or the comparison.
    """

    name: str
    content: Project | Comparison

    @property
    def first(self) -> Project:
        """Return the project, or the first one of a comparison."""
        return next(iter(self.content.projects.values())) if isinstance(self.content, Comparison) else self.content


class Figures:
    """The pages of figures, each of which is written once, with all that any state of it shows."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._states: dict[str, tuple[Work, list[Seen]]] = {}
        self._moving: set[str] = set()  # names of works that show moments of their training

    def address(self, work: Work, seen: Seen, given: float | None = None, *, has_moments: bool = False) -> str:
        """Return the address of a figure in a state and at a value of its condition, from the folder of the site."""
        self._states.setdefault(work.name, (work, []))[1].append(seen)
        if has_moments or seen.moment is not None:
            self._moving.add(work.name)
        return f"figures/{work.name}.html#{urlencode(_state(work.first, seen, given), safe=',')}"

    def write(self) -> None:
        """Write all pages, each with the controls that its states need."""
        for name, (work, states) in self._states.items():
            marks = frozenset[Mark]().union(*(each.view.marks for each in states))
            cells = min(each.view.grid_cells for each in states if "grid" in each.view.marks or "grid" not in marks)
            needed: Mapping[Control, bool] = {
                "color": any(each.view.color_by != "quadrant" for each in states),
                "direction": any(each.direction != "generate" for each in states),
                "show": any(each.view.marks != {"points"} for each in states),
                "zoom": any(each.view.camera == "fixed" for each in states),
                "timeline": name in self._moving,
                "condition": work.first.flow.condition is not None,
            }
            controls = CONTROLS | {control for control, is_needed in needed.items() if is_needed}
            view = ViewSpec(marks=marks & {*SHOWN} or {"points"}, grid_cells=cells)
            spec = page_spec(Seen(view=view), controls, MOMENTS if name in self._moving else 0)
            self._frame.write(
                f"figures/{name}.html", "figure.html", "", name, **parts_of(work, spec, encodes=needed["direction"])
            )


def page_spec(seen: Seen, controls: frozenset[Control], moments: int) -> ExportSpec:
    """Return the export of a page of the site."""
    marks = frozenset(mark for mark in seen.view.marks if mark in SHOWN)
    shown = seen.model_copy(update={"view": seen.view.model_copy(update={"marks": marks})})
    return ExportSpec(what="page", seen=shown, particles=PARTICLES, moments=moments, values=VALUES, controls=controls)


def parts_of(work: Work, spec: ExportSpec, *, encodes: bool = True) -> Mapping[str, Markup]:
    """Return what the page of a work has of its own, all of which is HTML, whose texts `WebPage` has escaped."""
    parts = WebPage(work.content, spec, encodes=encodes).parts()
    return {name: Markup(part) for name, part in parts.items() if name != "title"}  # noqa: S704


def _state(project: Project, seen: Seen, given: float | None) -> dict[str, str]:
    """Return what the address of a page says, in the form that its script reads."""
    view, last = seen.view, project.trace.last_stage
    found = {"stage": str(last if seen.stage is None else seen.stage), "color": view.color_by}
    found["show"] = ",".join(mark for mark in SHOWN if mark in view.marks) or "none"
    if seen.direction != "generate":
        found["direction"] = seen.direction
    if seen.moment is not None:
        found["moment"] = str(_moment(project, seen.moment))
    if given is not None and project.flow.condition:
        found["given"] = str(np.abs(project.flow.condition.spread(VALUES) - given).argmin())
    if view.camera == "fixed":
        center, extent = Camera(view, project.trace.boxes).frame(last, SQUARE)
        found["view"] = ",".join(f"{value:.4g}" for value in (*center, extent))
    return found


def _moment(project: Project, step: int) -> int:
    """Return the number of the moment of a page that is nearest to a step of the training."""
    past = past_moments(project, ExportSpec(what="page", moments=MOMENTS))
    steps = [*(moment.step for moment in past), project.timeline.moments[-1].step]
    return min(range(len(steps)), key=lambda number: abs(steps[number] - step))
