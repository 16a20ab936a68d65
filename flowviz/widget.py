"""A widget that shows a project in a notebook: the interactive picture of exported pages, with traits for its state."""

from collections.abc import Callable
from math import ceil, floor
from typing import get_args

import numpy as np

try:
    import traitlets
    from anywidget import AnyWidget
except ImportError as error:
    raise ImportError("flowviz.Widget needs anywidget. Install it with: pip install anywidget") from error

from flowviz.errors import SpecError
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.page_columns import data_url
from flowviz.exporting.web_page import WebPage, page_font, page_script, page_style
from flowviz.file_kinds import listed
from flowviz.notebook import progress_display
from flowviz.projects import Project
from flowviz.records import Event, Finished, Moment, Snapshot, checked_stage
from flowviz.specs import ExportSpec
from flowviz.specs.view import Direction
from flowviz.targets import spec_units

USUAL = ExportSpec(what="page")
# The font is on the first line. A notebook has it for all widgets; the rest stays inside of each.
FONT, _, STYLE = page_style(data_url("font/woff", page_font())).partition("\n")


class Widget(AnyWidget):
    """An interactive picture of a project in a notebook, which needs anywidget.

    What a reader does in the notebook changes the traits, and assigning to a trait changes the picture. `observe` of
    traitlets tells your code about changes.

        widget = Widget(project)
        widget.stage, widget.color_by = 5, "leaked"
        project = resume(project, steps=4000, on_event=widget.follow)

    Attributes:
        project: The project that is shown.
        stage: The stage; 2.5 is halfway from stage 2 to stage 3.
        direction: "generate" for particles of the base, or "encode" for points of the target.
        color_by: What the colors show, as in `ViewSpec`.
        selection: The numbers of the selected particles, from 0, whose paths are drawn unless there are many.
    """

    _esm = page_script("widget")
    _css = FONT
    _style = traitlets.Unicode(STYLE).tag(sync=True)
    _data = traitlets.Dict().tag(sync=True)
    _content = traitlets.Bytes().tag(sync=True)
    stage = traitlets.Float().tag(sync=True)
    direction = traitlets.Enum(get_args(Direction)).tag(sync=True)
    color_by = traitlets.Unicode().tag(sync=True)
    selection = traitlets.Instance(object).tag(sync=True)  # unlike Any, it cannot be None

    def __init__(self, project: Project, spec: ExportSpec = USUAL) -> None:
        """Show a project.

        Args:
            project: The project. Of a conditional flow, the values of its condition can be chosen, which loads
                TensorFlow.
            spec: What is shown at first, and what can be chosen, as for a page: `ExportSpec(what="page", moments=10)`.

        Raises:
            SpecError: If a page cannot show that.
        """
        self.project, self._spec = project, spec.model_copy(update={"controls": spec.controls - {"link"}})
        self._keeper = FlowKeeper()
        self._tell: Callable[[Event], object] | None = None
        seen, last = spec.seen, project.trace.last_stage
        data, content = self._page(self._spec).content()
        super().__init__(
            stage=last if seen.stage is None else seen.stage,
            direction=seen.direction,
            color_by=seen.view.color_by,
            selection=[],
            _data=data,
            _content=content,
        )

    def follow(self, event: Event) -> None:
        """Show an event of a training of the project: pass this method as `on_event`.

        The particles move as often as the training keeps moments of its history, at most twice per second. What has
        been learned so far is the `project`. The progress appears below the cell that trains.

        Args:
            event: The event.
        """
        self._tell = self._tell or progress_display(spec_units(self.project.target, "data"))
        self._tell(event)
        if isinstance(event, Moment) and not isinstance(event, Snapshot):
            flow = self._keeper.flow(self.project.flow, event.weights, self.project.edits)
            trace = flow.trace(self.project.trace.particles_of(flow.base))
            event = Snapshot(event.step, event.weights, trace=trace, **event.hits)
        self.project = self.project.after(event)
        if isinstance(event, Snapshot):
            self._show(self._spec.model_copy(update={"moments": 0, "values": 1}))
        elif isinstance(event, Finished):
            self._tell = None
            self._show(self._spec)

    def _page(self, spec: ExportSpec) -> WebPage:
        return WebPage(self.project, spec, self._keeper, encodes=False)

    def _show(self, spec: ExportSpec) -> None:
        seen = spec.seen.model_copy(update={"direction": self.direction})
        data, content = self._page(spec.model_copy(update={"seen": seen})).content()
        with self.hold_sync():
            self._content, self._data = content, data

    @traitlets.observe("direction")
    def _follow_back(self, _: object) -> None:
        """Encode points of the target when they are shown for the first time."""
        if self.direction == "encode" != self._data["start"]["direction"]:
            self._show(self._spec)

    @traitlets.validate("stage")
    def _check_stage(self, proposal: traitlets.Bunch) -> float:
        for stage in (floor(proposal.value), ceil(proposal.value)):
            checked_stage(stage, self.project.trace.last_stage)
        return float(proposal.value)

    @traitlets.validate("color_by")
    def _check_color(self, proposal: traitlets.Bunch) -> str:
        known = [each["name"] for each in self._data["colorings"]]
        if proposal.value not in known:
            raise SpecError(f"The colors cannot show {proposal.value!r}. Choose {listed(known)}.")
        return str(proposal.value)

    @traitlets.validate("selection")
    def _check_selection(self, proposal: traitlets.Bunch) -> list[int]:
        """Return the numbers of particles, which may be given by a mask (n,)."""
        given, count = np.asarray(proposal.value), self.project.trace.positions.shape[1]
        found = np.flatnonzero(given) if given.dtype == bool else given.astype(int).ravel()
        if len(found) and not 0 <= found.min() <= found.max() < count:
            raise SpecError(f"There are {count:,} particles. Their numbers begin with 0.")
        return [int(number) for number in found]
