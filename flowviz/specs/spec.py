"""The base class of all specs."""

import re
from collections.abc import Mapping
from inspect import Parameter, Signature, cleandoc
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from flowviz.errors import SpecError

# The words of pydantic, and plain ones.
WORDS = {
    "Input should be": "the value must be",
    "a valid integer, got a number with a fractional part": "a whole number",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
    "a valid number": "a number",
    "a valid string": "text",
    "a valid boolean, unable to interpret input": "true or false",
    "a valid boolean": "true or false",
    "a valid dictionary": "an object",
    "Field required": "a value is missing",
    "String should have": "the text must have",
    "Tuple should have": "the list must have",
    " after validation": "",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}


class Spec(BaseModel):
    """A frozen, validated request. Invalid values raise a `SpecError` with a plain sentence.

    `help()` lists the fields of a subclass: the descriptions of its fields become the arguments in its docstring. Those
    without a description are internal, and not listed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            place = error.errors(include_url=False)[0]["loc"]
            raise SpecError(_sentence(error, type(self).model_fields), place) from None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Add the fields of a new class to its docstring and its signature."""
        fields = [f"    {name}: {info.description}." for name, info in cls.model_fields.items() if info.description]
        if fields:
            cls.__doc__ = "\n".join([cleandoc(cls.__doc__ or ""), "", "Args:", *fields])
        cls.__signature__ = _signature(cls.model_fields)

    @classmethod
    def __pydantic_on_complete__(cls) -> None:
        """Set the signature again, because pydantic replaces it when the class is first used."""
        cls.__signature__ = _signature(cls.model_fields)


def _signature(fields: Mapping[str, FieldInfo]) -> Signature:
    """Return the signature of a spec. It shows only types and defaults, not the limits and other metadata of fields."""
    return Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=_default(info), annotation=info.annotation)
            for name, info in fields.items()
            if info.description
        ]
    )


def _default(info: FieldInfo) -> Any:
    if info.is_required():
        return Parameter.empty
    return info.default if info.default_factory is None else ...  # as in stubs


def _sentence(error: ValidationError, fields: Mapping[str, FieldInfo]) -> str:
    first = error.errors(include_url=False)[0]
    place = first["loc"]
    # pydantic puts "Value error, " before the sentence of one of our own validators.
    message = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "value_error":
            return message
        case "extra_forbidden":
            known = f" Its fields are {', '.join(fields)}." if len(place) == 1 else ""
            return f"{error.title} has no field {'.'.join(map(str, place))}.{known}"
        case "missing" if len(place) == 1:
            return f"{error.title} requires a value for {place[0]}."
    for words, ours in WORDS.items():
        message = message.replace(words, ours)
    titles = [info.title for part in place if (info := fields.get(str(part))) and info.title]
    field = titles[0] if titles else " ".join(str(part) for part in place if part != "[key]").replace("_", " ")
    given, reason = _grouped(repr(first["input"])), _grouped(f"{message[0].lower()}{message[1:]}")
    return f"The {field[0].lower()}{field[1:]} cannot be {given}: {reason}."


def _grouped(text: str) -> str:
    """Return text with the digits of large whole numbers in groups of three, as in all messages."""
    return re.sub(r"(?<![\w.,'])\d{4,18}(?![\w.,'])", lambda match: f"{int(match[0]):,}", text)
