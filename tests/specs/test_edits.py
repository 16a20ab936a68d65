"""Edits of layers: equality, JSON, and refused values."""

import pytest

from flowviz.errors import SpecError
from flowviz.specs.edits import MAX_BUMPS, Bump, Edits, LayerEdit

BUMP = Bump(curve="shift", center=(0.5,), height=(1.0,), width=0.3)


def test_an_edit_that_changes_nothing_equals_none() -> None:
    edits = Edits(layers={2: LayerEdit(disabled=True)}).having(2, LayerEdit())
    assert edits == Edits()
    assert not edits


def test_first_stage_that_others_edit_differently() -> None:
    disabled = LayerEdit(disabled=True)
    edits = Edits(layers={2: disabled, 5: disabled})
    assert edits.first_other_than(edits) is None
    assert edits.first_other_than(Edits(layers={2: disabled})) == 5
    assert Edits().first_other_than(edits) == edits.first_other_than(Edits()) == 2


def test_edits_survive_json() -> None:
    edits = Edits(layers={7: LayerEdit(disabled=True), 2: LayerEdit(bumps=(BUMP,))})
    assert Edits.model_validate_json(edits.model_dump_json()) == edits
    assert list(edits.layers) == [2, 7]
    assert edits.disabled == {7}
    assert edits.of(2).bumps == (BUMP,)
    assert edits.of(3) == LayerEdit()


@pytest.mark.parametrize(
    "values",
    [
        {"layers": {0: {"disabled": True}}},
        {"layers": {1: {"bumps": [BUMP] * (MAX_BUMPS + 1)}}},
        {"layers": {1: {"bumps": [{"curve": "shift", "center": [0], "height": [float("nan")]}]}}},
        {"layers": {1: {"bumps": [{"curve": "shift", "center": [0], "height": [1], "width": 0}]}}},
        {"layers": {1: {"enabled": True}}},
    ],
)
def test_bad_edits_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(SpecError):
        Edits(**values)
