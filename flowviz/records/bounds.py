"""Types of the fields of records that project files contain.

A record does not check them when it is created, but a file, which is not trusted, is checked when it is opened.
"""

from typing import Annotated

from pydantic import Field

Count = Annotated[int, Field(ge=0, lt=2**53)]
Duration = Annotated[float, Field(ge=0)]  # seconds
LearningRate = Annotated[float, Field(gt=0, le=1)]
Printable = Annotated[str, Field(max_length=200, pattern=r"^[ -~]*$")]  # free of terminal escape sequences
