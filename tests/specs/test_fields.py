"""Every field of the specs describes itself, and has one text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowviz.errors import SpecError
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, Seen, Spec, TrainingSpec, ViewSpec
from flowviz.specs.export import effects, relevant
from flowviz.specs.export_kinds import FORMATS
from flowviz.specs.fields import SpecField, as_text, checked, fields_of, values_of, with_values
from tests.specs.field_values import values_of_field

SPECS: tuple[type[Spec], ...] = (ExportSpec, FlowSpec, TrainingSpec, PictureSize)
INTERNAL = {"fits_height", "text_share"}
FIELDS = [(kind, field) for kind in SPECS for name, field in fields_of(kind).items() if name not in INTERNAL]


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda each: getattr(each, "name", ""))
def test_every_field_has_a_title_and_a_description(kind: type[Spec], field: SpecField) -> None:
    assert field.info.title
    assert field.title[0].isupper()
    assert field.description[0].isupper()
    assert not field.description.endswith(".")


def test_fields_of_nested_specs_have_names_of_their_own() -> None:
    nested = [*ExportSpec.model_fields, *Seen.model_fields, *ViewSpec.model_fields]
    assert len(nested) == len(set(nested))
    assert values_of(ExportSpec()) == {name: field.default for name, field in fields_of(ExportSpec).items()}


@given(data=st.data())
def test_text_of_every_value_is_read_as_the_value(data: st.DataObject) -> None:
    for field in (field for _, field in FIELDS if field.is_text):
        value = data.draw(values_of_field(field))
        text = field.text(value)
        assert (None if text is None else field.parse(text)) == value


@pytest.mark.parametrize(
    ("name", "text"), [("center", "1"), ("center", "1,inf"), ("probe", "1,2"), ("probe", "-1:1,2"), ("marks", "blob")]
)
def test_wrong_text_is_answered_with_the_right_form(name: str, text: str) -> None:
    field = fields_of(ExportSpec)[name]
    with pytest.raises(SpecError) as error:
        field.parse(text)
    assert str(error.value).endswith(f"{text!r} of --{field.option_name} is not of the form {field.option.form}.")


def test_numbers_are_as_short_as_exact() -> None:
    values: list[Any] = [1.0, 1 / 3, (0.5, -2.0), (7, (0.0, 1.5)), frozenset({"b", "a"}), frozenset()]
    assert [*map(as_text, values)] == ["1", "0.3333333333333333", "0.5,-2", "7:0,1.5", "a,b", "none"]


@pytest.mark.parametrize("what", FORMATS)
def test_fields_without_an_effect_are_left_out(what: Any) -> None:
    spec = checked(with_values(ExportSpec(what=what, format=FORMATS[what][0]), {"theme": "dark", "stage": 3, "fps": 9}))
    kept = values_of(relevant(spec))
    assert (kept["theme"], kept["stage"], kept["fps"]) == (
        "dark" if "theme" in effects(spec) else "light",
        3 if "stage" in effects(spec) else None,
        9 if "fps" in effects(spec) else 25,
    )
