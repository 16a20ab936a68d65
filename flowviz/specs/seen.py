"""What of a project is looked at."""

from typing import Annotated

from pydantic import Field

from flowviz.specs.playback import Playback
from flowviz.specs.spec import Spec
from flowviz.specs.view import Direction, ViewSpec

Stage = Annotated[int, Field(ge=0)]


class Seen(Spec):
    """What is seen of a flow, and how it plays.

    `stage` counts from the base, 0; None for the last one. `moment` is a step of the training; None for its present.
    `probe` is a stage and the x and y of a point there, in the units of that stage. With `fitted` the view follows the
    particles: it widens where they do. `overview` is all stages in one picture.
    """

    view: ViewSpec = ViewSpec()
    stage: Stage | None = None
    direction: Direction = "generate"
    moment: Annotated[int, Field(ge=0)] | None = None
    playback: Playback = Playback()
    probe: tuple[Stage, tuple[float, float]] | None = None
    fitted: bool = True
    overview: bool = False
