"""The fields of specs as options: the command line, the window and copied commands present all fields by these means.

A field describes itself: a title, a description and an `Option` in its annotation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import or_
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from flowviz.errors import SpecError
from flowviz.specs.export_kinds import Kinds
from flowviz.specs.spec import Spec

NOTHING = "none"  # the text of an empty set

S = TypeVar("S", bound=Spec)


@dataclass(frozen=True)
class Option:
    """The command-line option of a field, apart from its title and description.

    Attributes:
        kinds: The kinds of exports that the field affects.
        name: The name of the option; by default, that of the field.
        form: The form of the value as text, such as "X,Y"; by default, the value is one word.
        none: The text that stands for None; by default, None cannot be given.
        is_internal: Whether users cannot give the field at all.
    """

    kinds: Kinds = frozenset()
    name: str = ""
    form: str = ""
    none: str = ""
    is_internal: bool = False


@dataclass(frozen=True)
class SpecField:
    """A field of a spec, or of a spec in it."""

    name: str
    info: FieldInfo

    @property
    def title(self) -> str:
        """Return the label of the field."""
        return self.info.title or self.name

    @property
    def description(self) -> str:
        """Return a phrase that describes the field, without a period."""
        return self.info.description or ""

    @cached_property
    def option(self) -> Option:
        """Return how a user gives the field."""
        return next((each for each in self.info.metadata if isinstance(each, Option)), Option())

    @property
    def option_name(self) -> str:
        """Return the name of the field's option, such as "point-diameter"."""
        return self.option.name or self.name.replace("_", "-")

    @property
    def kind(self) -> Any:
        """Return the type of the values other than None."""
        kinds = get_args(self.info.annotation) if self._is_optional else (self.info.annotation,)
        return reduce(or_, [kind for kind in kinds if kind is not NoneType])

    @property
    def is_text(self) -> bool:
        """Return whether the value is given as text of a certain form, which `parse` reads."""
        return bool(self.option.form or self.option.none)

    @property
    def limits(self) -> tuple[Any, Any]:
        """Return the smallest and the largest value, each None if there is none."""
        least = [each.ge for each in self.info.metadata if isinstance(each, Ge)]
        most = [each.le for each in self.info.metadata if isinstance(each, Le)]
        return least[0] if least else None, most[0] if most else None

    @property
    def default(self) -> Any:
        """Return the usual value."""
        return self.info.get_default(call_default_factory=True)

    def parse(self, text: str) -> Any:
        """Read a value from text. Raises `SpecError`."""
        if text == self.option.none:
            return None
        if isinstance(self.kind, type) and issubclass(self.kind, Spec):
            return self.kind.parse(text)  # type: ignore[attr-defined]  # specs of such fields have a text form
        try:
            return TypeAdapter(self.kind, config=ConfigDict(allow_inf_nan=False)).validate_python(self._split(text))
        except ValidationError:
            form = self.option.form or f"{self.kind.__name__}|{self.option.none}"
            raise SpecError(f"The value {text!r} of --{self.option_name} is not of the form {form}.") from None

    def text(self, value: Any) -> str | None:
        """Return the text that `parse` reads as a value; None if there is none."""
        return as_text(value) if value is not None else self.option.none or None

    @property
    def _is_optional(self) -> bool:
        return NoneType in get_args(self.info.annotation)

    def _split(self, text: str) -> Any:
        if get_origin(self.kind) is frozenset:
            return [] if text == NOTHING else [word.strip() for word in text.split(",")]
        if get_origin(self.kind) is not tuple:
            return text
        *before, numbers = text.split(":")
        return (*before, numbers.split(",")) if before else numbers.split(",")


def described(title: str, description: str, **settings: Any) -> Any:
    """Return the annotation that describes a field.

    Args:
        title: Its label, capitalized.
        description: A phrase without a period: the tooltip of its control, and the help of its option.
        settings: Other settings of `pydantic.Field`, such as the limits ge and le.
    """
    return Field(title=title, description=description, **settings)


def option(
    default: bool | float | str,
    title: str,
    description: str,
    *,
    least: float | None = None,
    most: float | None = None,
    choices: Sequence[str] = (),
) -> FieldInfo:
    """Return an option that only one family of flows has, for `Recipe.options`.

    Args:
        default: The default value. Its type, bool, int, float or str, is the type of all values.
        title: The label, capitalized.
        description: A phrase without a period, for the tooltip of the control and the help of the command-line option.
        least: The smallest value. Required for numbers.
        most: The largest value. Required for numbers.
        choices: The possible values. Required for texts.

    Raises:
        SpecError: If the limits of a number or the choices of a text are missing, or exclude the default.
    """
    kind: Any = Literal[tuple(choices)] if isinstance(default, str) else type(default)
    limits = dict[str, Any]()
    if not isinstance(default, bool | str):
        if least is None or most is None or not least <= default <= most:
            raise SpecError(f"The option {title!r} needs least and most, with its default {default} between them.")
        limits = {"ge": least, "le": most}
    elif isinstance(default, str) and default not in choices:
        raise SpecError(f"The option {title!r} needs choices, with its default {default!r} among them.")
    return FieldInfo.from_annotated_attribute(kind, described(title, description, default=default, **limits))


@cache
def fields_of(kind: type[Spec]) -> Mapping[str, SpecField]:
    """Return the fields of a spec and of the specs in it, by their names, which are unique.

    Mappings are left out, because other fields describe their values, such as `Recipe.options`; and so are internal
    fields.
    """
    found = dict[str, SpecField]()
    for name, info in kind.model_fields.items():
        field = SpecField(name, info)
        if _is_nested(field):
            found |= fields_of(field.kind)
        elif get_origin(info.annotation) is not Mapping and not field.option.is_internal:
            found[name] = field
    return found


def choices_of(kind: type[Spec]) -> Mapping[str, SpecField]:
    """Return the fields of a spec that are optional choices of the user: those with a title and a default."""
    return {name: field for name, field in fields_of(kind).items() if field.info.title and not field.info.is_required()}


def values_of(spec: Spec) -> dict[str, Any]:
    """Return the values of all fields of a spec and of the specs in it."""
    found = dict[str, Any]()
    for name, value in spec:
        found |= values_of(value) if _is_nested(SpecField(name, type(spec).model_fields[name])) else {name: value}
    return found


def with_values(spec: S, values: Mapping[str, Any]) -> S:
    """Return a spec with other values of some fields of it and of the specs in it, which `checked` validates."""
    changes = dict[str, Any]()
    for name, value in spec:
        if _is_nested(SpecField(name, type(spec).model_fields[name])):
            changes[name] = with_values(value, values)
        elif name in values:
            changes[name] = values[name]
    return spec.model_copy(update=changes)


def checked(spec: S) -> S:
    """Return the same spec, validated. Raises `SpecError`."""
    return type(spec)(**spec.model_dump())


def as_text(value: Any) -> str:
    """Return the shortest text that is read as the same value: "1.5", "1,2", "7:1,2", "density,points"."""
    match value:
        case float():
            return repr(value).removesuffix(".0")
        case frozenset():
            return ",".join(sorted(map(as_text, value))) or NOTHING
        case (first, tuple(rest)):
            return f"{as_text(first)}:{as_text(rest)}"
        case tuple():
            return ",".join(map(as_text, value))
    return str(value)


def _is_nested(field: SpecField) -> bool:
    option = field.option
    return isinstance(field.kind, type) and issubclass(field.kind, Spec) and not (option.form or option.is_internal)
