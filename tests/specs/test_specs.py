import json

import pytest
from pydantic import ValidationError

from flowviz.errors import SpecError
from flowviz.specs import FlowSpec, PictureSize, TargetSpec, TrainingSpec


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


def test_specs_survive_json() -> None:
    for spec in (FlowSpec(hidden=(3, 4)), TargetSpec(text="é\n2"), TrainingSpec(steps=5)):
        assert type(spec)(**json.loads(spec.model_dump_json())) == spec


def test_specs_are_frozen() -> None:
    with pytest.raises(ValidationError):
        FlowSpec().couplings = 3  # type: ignore[misc]


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
    with pytest.raises(SpecError, match="201 characters; shorten it to 200"):
        TargetSpec(text="x" * 201)


@pytest.mark.parametrize("text", ["", "3", "axb", "100x", "x100", "63x100", "100x8193", "-100x100", "1e3x100"])
def test_a_bad_size_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        PictureSize.parse(text)


def test_a_size_is_read() -> None:
    assert PictureSize.parse(" 640X480 ") == PictureSize(width=640, height=480)
