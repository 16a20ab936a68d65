"""The spec of what is shown of a project."""

from typing import Annotated

from pydantic import Field

from flowviz.specs.export_kinds import DIAGNOSTICS, DIRECTED, PAGES, PICTURES, SINGLE_VIEWS
from flowviz.specs.fields import Option, described
from flowviz.specs.playback import Playback
from flowviz.specs.spec import Spec
from flowviz.specs.view import Direction, ViewSpec

StageNumber = Annotated[int, Field(ge=0)]


class Seen(Spec):
    """The displayed stage, moment and view of a flow, and its playback.

    The coordinates of the `probe` are in flow units.
    """

    view: Annotated[ViewSpec, described("View", "How the cloud is drawn")] = Field(default_factory=ViewSpec)
    stage: Annotated[
        int | None,
        described("Stage", "Number of the stage, 0 for the base; by default the last one", ge=0),
        Option(PAGES | {"view", "density"}, form="STAGE|FIRST-LAST"),
    ] = None
    direction: Annotated[
        Direction,
        described("Direction", "Generate: particles of the base move forward; encode: points of the target move back"),
        Option(DIRECTED | PAGES | {"trace"}),
    ] = "generate"
    moment: Annotated[
        int | None,
        described("Moment", "Training step to show; by default the latest", ge=0),
        Option(PICTURES | DIAGNOSTICS | {"trace", "samples", "density", "code"}, form="STEP|latest", none="latest"),
    ] = None
    playback: Annotated[Playback, described("Playback", "How the flow plays")] = Field(default_factory=Playback)
    probe: Annotated[
        tuple[StageNumber, tuple[float, float]] | None,
        described("Probe", "Point at a stage, in flow units, to mark at every stage; or none"),
        Option(DIRECTED | {"ledger"}, form="STAGE:X,Y", none="none"),
    ] = None
    fitted: Annotated[
        bool,
        described("Fit the cloud", "Fit the view to the cloud, whatever part of it the window shows"),
        Option(SINGLE_VIEWS | PAGES | {"density"}, name="fit"),
    ] = True
    overview: Annotated[bool, described("Overview", "All stages in one picture")] = False
