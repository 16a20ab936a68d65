"""Hypothesis strategies for the values of all fields of a spec, made from the fields themselves."""

from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Le
from hypothesis import strategies as st

from flowviz.specs import RECIPES, PictureSize, Spec
from flowviz.specs.fields import SpecField, fields_of
from flowviz.specs.view import GRID_SEGMENTS

MAX_NUMBER = 10**6  # where a field has no limit


def field_values(kind: type[Spec]) -> st.SearchStrategy[dict[str, Any]]:
    """Values of all fields of a spec and of the specs in it, by name; usual values are frequent."""
    return st.fixed_dictionaries(
        {name: st.just(field.default) | values_of_field(field) for name, field in fields_of(kind).items()}
    )


def values_of_field(field: SpecField) -> st.SearchStrategy[Any]:
    if field.name == "family":
        return st.sampled_from(list(RECIPES))
    if field.name == "grid_cells":
        return st.sampled_from([cells for cells in range(4, 41) if GRID_SEGMENTS % cells == 0])
    optional = NoneType in get_args(field.info.annotation)
    values = _values(field.kind, field.info.metadata)
    return st.none() | values if optional else values


def _values(kind: Any, limits: list[Any]) -> st.SearchStrategy[Any]:
    if kind is PictureSize:
        sides = st.integers(64, 1000)
        return st.builds(PictureSize, width=sides, height=sides)
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is frozenset:
        return st.frozensets(_values(get_args(kind)[0], []))
    if get_origin(kind) is tuple:
        return st.tuples(*(_values(each, []) for each in get_args(kind)))
    if hasattr(kind, "__metadata__"):  # Annotated
        own = [each for info in kind.__metadata__ for each in info.metadata]
        return _values(get_args(kind)[0], own if any(isinstance(each, Le) for each in own) else [*own, Le(19)])
    return {bool: lambda _: st.booleans(), int: _integers, float: _floats, str: _words}[kind](limits)


def _words(_: list[Any]) -> st.SearchStrategy[str]:
    return st.sampled_from(["speed", "two words", "--what"])


def _integers(limits: list[Any]) -> st.SearchStrategy[int]:
    return st.integers(_limit(limits, ge=0, gt=1, default=-MAX_NUMBER), _limit(limits, le=0, lt=-1, default=MAX_NUMBER))


def _floats(limits: list[Any]) -> st.SearchStrategy[float]:
    return st.floats(
        _limit(limits, ge=0, gt=0, default=-MAX_NUMBER),
        _limit(limits, le=0, lt=0, default=MAX_NUMBER),
        exclude_min=any(hasattr(each, "gt") for each in limits),
        exclude_max=any(hasattr(each, "lt") for each in limits),
    )


def _limit(limits: list[Any], default: int, **margins: int) -> Any:
    """The limit of one of some kinds, such as ge, plus the margin of that kind."""
    found = [getattr(each, name) + margin for each in limits for name, margin in margins.items() if hasattr(each, name)]
    return found[0] if found else default
