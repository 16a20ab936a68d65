"""The base class of all specs."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from flowviz.errors import SpecError

# pydantic's words, and those of a person.
WORDS = {
    "Input should be": "the value must be",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}


class Spec(BaseModel):
    """A frozen, validated choice. Building one from bad values raises `SpecError` with a plain sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SpecError(_sentence(error, type(self).model_fields)) from None


def _sentence(error: ValidationError, fields: Mapping[str, FieldInfo]) -> str:
    first = error.errors(include_url=False)[0]
    # pydantic puts "Value error, " before the sentence of one of our own validators.
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    for words, ours in WORDS.items():
        message = message.replace(words, ours)
    titles = [info.title for part in first["loc"] if (info := fields.get(str(part))) and info.title]
    field = titles[0] if titles else " ".join(str(part) for part in first["loc"]).replace("_", " ")
    return f"The {field[0].lower()}{field[1:]} cannot be {first['input']!r}: {message[0].lower()}{message[1:]}."
