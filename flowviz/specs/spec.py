"""The base class of all specs."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from flowviz.errors import SpecError


class Spec(BaseModel):
    """A frozen, validated choice. Building one from bad values raises `SpecError` with a plain sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SpecError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = " ".join(str(part) for part in first["loc"]).replace("_", " ")
    # pydantic puts "Value error, " before the sentence of one of our own validators.
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    return f"The {field} cannot be {first['input']!r}: {message[0].lower()}{message[1:]}."
