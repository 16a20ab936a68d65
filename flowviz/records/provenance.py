"""The metadata of a picture."""

from typing import NamedTuple

SOFTWARE = "flowviz"


class Provenance(NamedTuple):
    """What a picture tells about itself, and how large it is on paper.

    Attributes:
        title: The title of the target.
        description: JSON with the flow, the training and the exported view.
        dpi: Pixels per inch.
    """

    title: str
    description: str
    dpi: int
