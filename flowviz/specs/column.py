"""The spec of a column of a table, whose values are a condition of its points."""

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from flowviz.specs.condition import Condition
from flowviz.specs.contents import BASE64, decoded
from flowviz.specs.fields import described
from flowviz.specs.spec import Spec

VALUE = np.dtype("<f8")


def _values(content: Any) -> Any:
    content = decoded(content)
    if not isinstance(content, bytes) or len(content) % VALUE.itemsize:
        raise ValueError("The values of the column are not float64 numbers.")
    return content


class Column(Spec):
    """A column of a table of points: the value of a condition at each point.

    `flowviz.points_spec(points, given=…)` creates it.
    """

    condition: Annotated[Condition, Field(description="The condition, whose name is that of the column")]
    data: Annotated[
        bytes,
        BeforeValidator(_values),
        BASE64,
        described("Values", "The values (n,) in the order of the points, float64, little-endian", repr=False),
    ]

    @property
    def values(self) -> NDArray[np.float64]:
        """Return the value of the condition at each point (n,)."""
        return np.frombuffer(self.data, VALUE)

    @model_validator(mode="after")
    def _of_the_condition(self) -> Self:
        low, high = self.condition.range
        are_valid = (low <= self.values) & (self.values <= high)
        if self.condition.classes:
            are_valid &= self.values % 1 == 0
        if not are_valid.all():
            raise ValueError(f"Some values of the column {self.condition.name!r} are not those of its condition.")
        return self
