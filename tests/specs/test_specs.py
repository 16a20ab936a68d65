import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from flowviz.errors import SpecError
from flowviz.specs import (
    RECIPES,
    DrawingSpec,
    ExportSpec,
    Family,
    FlowSpec,
    ImageSpec,
    MixSpec,
    Part,
    PictureSize,
    PointsSpec,
    ShapeSpec,
    SourceSpec,
    Spec,
    TargetSpec,
    TextSpec,
    TrainingSpec,
    ViewSpec,
    target_spec,
)
from flowviz.specs.edits import Edits, LayerEdit


def test_the_default_flow_is_that_of_the_post() -> None:
    kinds = FlowSpec().bijector_kinds()
    assert len(kinds) == 19
    assert [kinds.count(kind) for kind in ("real_nvp", "batch_normalization", "permute")] == [8, 4, 7]
    after_coupling = [kinds[i + 1] for i, kind in enumerate(kinds[:-1]) if kind == "real_nvp"]
    assert [i + 1 for i, kind in enumerate(after_coupling) if kind == "batch_normalization"] == [1, 3, 5, 7]
    assert kinds[-1] == "real_nvp"


def test_stages_are_named_with_their_number() -> None:
    names = FlowSpec().stage_names()
    assert len(names) == 20
    assert names[:4] == ("00_base", "01_real_nvp", "02_batch_normalization", "03_permute")
    assert names[-1] == "19_real_nvp"


PNG = b"\x89PNG\r\n\x1a\n and the rest"
SOURCES: tuple[SourceSpec, ...] = (
    TextSpec(text="é\n2", font="DejaVu Sans", weight=0.1, align="left"),
    ImageSpec(png=PNG, threshold=0.2, invert=True, grayscale=True, name="me.jpg"),
    ShapeSpec(name="two_moons"),
    DrawingSpec(png=PNG),
    PointsSpec(data=bytes(range(16)), center=(1e9, -2.5), unit=3.5, name="x.csv"),
)
MIX = MixSpec(parts=tuple(Part(source=source, weight=2) for source in SOURCES), layout="over")


@pytest.mark.parametrize("spec", [*SOURCES, MIX], ids=lambda spec: spec.kind)
def test_every_kind_of_target_survives_json(spec: TargetSpec) -> None:
    assert target_spec(json.loads(spec.model_dump_json())) == spec
    assert target_spec(spec.model_dump()) == spec
    assert spec.title


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "The target is invalid"),
        ({"kind": "smell"}, "The target is invalid"),
        ([], "The target is invalid"),
        ({"kind": "text"}, "text"),
        ({"kind": "shape", "name": "blob"}, "no shape named 'blob'"),
        ({"kind": "shape", "name": ["heart"]}, "no shape named"),
        ({"kind": "image", "png": "!!"}, "base64"),
        ({"kind": "image", "png": "AAAA"}, "not in the PNG format"),
        ({"kind": "drawing", "png": 3}, "not in the PNG format"),
        ({"kind": "points", "data": b"123"}, "not pairs of float32"),
        ({"kind": "points", "data": bytes(40_000_008)}, "up to 5,000,000"),
        ({"kind": "points", "data": b"", "unit": 0}, "unit"),
        ({"kind": "mix", "parts": []}, "2 to 8 sources"),
        ({"kind": "mix", "parts": [{"source": MIX.model_dump()}] * 2}, "source"),
    ],
)
def test_what_is_no_target_is_one_sentence(values: object, said: str) -> None:
    with pytest.raises(SpecError) as error:
        target_spec(values)
    assert said in str(error.value)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"steps": 1, "seconds": 1},
        {"seconds": 0},
        {"seconds": float("nan")},
        {"steps": -1},
        {"steps": 1, "seed": -1},
    ],
)
def test_a_bad_budget_is_one_sentence(values: dict[str, float]) -> None:
    with pytest.raises(SpecError) as error:
        TrainingSpec(**values)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_a_text_too_long_says_by_how_much() -> None:
    with pytest.raises(SpecError, match=r"201 characters\. Shorten it to at most 200"):
        TextSpec(text="x" * 201)


@pytest.mark.parametrize("text", ["", "3", "axb", "100x", "x100", "63x100", "100x8193", "-100x100", "1e3x100"])
def test_a_bad_size_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        PictureSize.parse(text)


def test_a_size_is_read() -> None:
    assert PictureSize.parse(" 640X480 ") == PictureSize(width=640, height=480)


def test_size_in_centimeters_depends_on_the_resolution() -> None:
    assert PictureSize.parse("12.7 x 2.54 cm") == PictureSize(width=360, height=72)
    assert PictureSize.parse("12.7x2.54cm", dpi=300) == PictureSize(width=1500, height=300)


@pytest.mark.parametrize("family", RECIPES)
def test_every_recipe_is_a_flow_that_says_what_it_is(family: Family) -> None:
    spec = FlowSpec(family=family)
    assert FlowSpec(**json.loads(spec.model_dump_json())) == spec
    assert spec.recipe.layer in spec.bijector_kinds()
    assert spec.recipe.sentence.endswith(".")
    layers = {"integrator_steps": 99} if spec.recipe.is_continuous else {"layers": 32}
    assert len(FlowSpec(family=family, **layers).stage_names()) <= 100


WITH_TABLES = [name for name, recipe in RECIPES.items() if recipe.has_network and not recipe.is_continuous]


@pytest.mark.parametrize("family", WITH_TABLES)
def test_table_has_no_sizes_of_a_network(family: Family) -> None:
    table = FlowSpec(family=family, conditioner="table")
    assert FlowSpec(**table.model_dump()) == table, "the defaults may be spelled out"
    with pytest.raises(SpecError, match="A table has no width and no hats"):
        FlowSpec(family=family, conditioner="table", width=7, hats=3)


@pytest.mark.parametrize("family", ["planar", "radial"])
@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"width": 7}, "width"),
        ({"conditioner": "table"}, "conditioner"),
        ({"depth": 3, "hats": 2, "waves": 1}, "depth and hats and waves"),
    ],
)
def test_flow_without_networks_has_no_sizes_of_them(family: Family, values: dict[str, Any], names: str) -> None:
    with pytest.raises(SpecError) as error:
        FlowSpec(family=family, **values)
    assert str(error.value) == f"The {family} flow has no networks or tables. Leave out the {names}."
    assert FlowSpec(**FlowSpec(family=family).model_dump()) == FlowSpec(family=family)


@pytest.mark.parametrize("family", ["planar", "radial"])
def test_classic_flows_are_32_layers_without_permutations(family: Family) -> None:
    spec = FlowSpec(family=family)
    assert spec.bijector_kinds() == (spec.recipe.layer,) * 32
    assert spec.weight_count == 0
    normalized = FlowSpec(family=family, layers=3, normalization="running").bijector_kinds()
    assert normalized == (family, "batch_normalization", family, family, "batch_normalization")


def test_glow_is_actnorm_mixing_and_coupling_from_data_to_base() -> None:
    kinds = FlowSpec(family="glow", layers=2).bijector_kinds()
    assert kinds[::-1] == ("actnorm", "linear_mixing", "real_nvp") * 2


def test_nice_has_its_scale_beside_the_base() -> None:
    assert FlowSpec(family="nice", layers=2, normalization="none").bijector_kinds() == (
        "scale",
        "additive_coupling",
        "permute",
        "additive_coupling",
    )


def test_a_mixture_base_has_components_and_an_arrangement() -> None:
    mixture = FlowSpec(base="mixture")
    assert (mixture.components, mixture.arrangement) == (8, "ring")
    assert FlowSpec(**mixture.model_dump()) == mixture
    assert FlowSpec(base="mixture", components=3, arrangement="learned").components == 3
    assert (FlowSpec().base, FlowSpec().components, FlowSpec().arrangement) == ("normal", None, None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"base": "mixture", "components": 1}, "The components cannot be 1: the value must be at least 2."),
        ({"base": "mixture", "components": 10}, "The components cannot be 10: the value must be at most 9."),
        ({"base": "uniform", "components": 4}, "Only a mixture base has components and an arrangement. Leave them out"),
        ({"arrangement": "ring"}, "Only a mixture base has components and an arrangement. Leave them out"),
        (
            {"family": "flow_matching", "base": "mixture", "arrangement": "learned"},
            "Flow matching cannot learn its base",
        ),
        ({"base": "cauchy"}, "The base distribution cannot be 'cauchy': the value must be 'normal'"),
        ({"base": "mixture", "arrangement": "heap"}, "The arrangement cannot be 'heap': the value must be 'ring'"),
    ],
)
def test_an_unsuitable_base_is_told_in_a_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as told:
        FlowSpec(**values)
    assert str(told.value).startswith(sentence)


@given(st.data())
def test_any_choice_is_a_flow_or_a_sentence(data: st.DataObject) -> None:
    choices = {
        "family": st.sampled_from([*RECIPES, "x"]),
        "layers": st.integers(-1, 40),
        "bins": st.none() | st.integers(0, 300),
        "min_bin_height": st.none() | st.floats(),
        "normalization": st.sampled_from(["running", "minibatch", "actnorm", "box", "none", ""]),
        "log_scale_bound": st.none() | st.floats(),
        "base": st.sampled_from(["normal", "uniform", "student_t", "mixture", "x"]),
        "components": st.none() | st.integers(-1, 12),
        "arrangement": st.none() | st.sampled_from(["ring", "grid", "learned", "x"]),
    }
    values = data.draw(st.fixed_dictionaries({}, optional=choices))
    try:
        spec = FlowSpec.model_validate(values) if data.draw(st.booleans()) else FlowSpec(**values)
    except (SpecError, ValidationError):
        return
    assert len(spec.stage_names()) == len(spec.bijector_kinds()) + 1


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: ExportSpec(in_betweens=300), "The in-betweens cannot be 300: the value must be at most 240."),
        (lambda: FlowSpec(layers=0), "The layers cannot be 0: the value must be at least 1."),
        (lambda: FlowSpec(layers="many"), "The layers cannot be 'many': the value must be a whole number."),
        (lambda: FlowSpec(layers=2.5), "The layers cannot be 2.5: the value must be a whole number."),
        (lambda: TrainingSpec(seconds="soon"), "The seconds cannot be 'soon': the value must be a number."),
        (
            lambda: TrainingSpec(steps=10**9),
            "The steps cannot be 1,000,000,000: the value must be at most 100,000,000.",
        ),
        (lambda: TextSpec(text=7), "The text cannot be 7: the value must be text."),
        (lambda: Edits(layers=[]), "The layers cannot be []: the value must be an object."),
        (lambda: Edits(layers={-1: {}}), "The layers -1 cannot be -1: the value must be at least 1."),
        (lambda: LayerEdit(disabled="maybe"), "The disabled cannot be 'maybe': the value must be true or false."),
        (lambda: TextSpec(txt="a"), "TextSpec requires a value for text."),  # type: ignore[call-arg]
        (lambda: TrainingSpec(step=5), "TrainingSpec has no field step. Its fields are "),  # type: ignore[call-arg]
        (lambda: ExportSpec(seen={"nonsense": 1}), "Seen has no field nonsense. Its fields are view, stage, "),
        (lambda: ViewSpec(center=(1,)), "The center cannot be (1,): a value is missing."),
        (lambda: TrainingSpec(seconds=0), "The seconds cannot be 0: the value must be greater than 0."),
    ],
)
def test_wrong_values_are_reported_in_plain_words(build: Callable[[], Spec], sentence: str) -> None:
    with pytest.raises(SpecError) as told:
        build()
    assert str(told.value).startswith(sentence)
