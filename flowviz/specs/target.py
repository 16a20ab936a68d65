"""What the flow shall learn to draw."""

from typing import Annotated

from pydantic import Field, field_validator

from flowviz.specs.spec import Spec

LONGEST_TEXT = 200


class TargetSpec(Spec):
    """A text, one or several lines.

    `weight` is the width of the stroke that thickens the letters, as a share of the font size.
    """

    text: str
    weight: Annotated[float, Field(ge=0, le=0.2)] = 0.025

    @field_validator("text")
    @classmethod
    def _not_too_long(cls, text: str) -> str:
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"The text has {len(text)} characters; shorten it to {LONGEST_TEXT} or fewer.")
        return text
