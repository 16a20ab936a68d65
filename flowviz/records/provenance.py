"""Metadata of exported pictures."""

from typing import NamedTuple

SOFTWARE = "flowviz"


class Provenance(NamedTuple):
    """Metadata that an exported picture embeds, including its resolution.

    Attributes:
        title: Title of the target.
        description: JSON of the flow, the training and the exported view.
        dpi: Pixels per inch.
    """

    title: str
    description: str
    dpi: int
