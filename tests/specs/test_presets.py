"""The presets that the window and the terminal share."""

from dataclasses import asdict

import pytest

from flowviz.cli.options import chosen_flow
from flowviz.errors import SpecError
from flowviz.specs import PRESETS, FlowSpec, preset_of


@pytest.mark.parametrize("name", PRESETS)
def test_flow_of_a_preset_fits_it_with_any_seed(name: str) -> None:
    (preset,) = (preset for each, preset in PRESETS.items() if each == name)
    assert preset_of(preset.flow()) == preset_of(preset.flow(seed=9)) == name
    assert asdict(preset)["title"]


def test_flow_with_another_option_fits_no_preset() -> None:
    assert preset_of(FlowSpec(layers=7)) is None
    assert preset_of(FlowSpec(family="glow")) is None
    assert preset_of(FlowSpec()) == "post"


def test_terminal_takes_the_same_presets_and_changes_their_options() -> None:
    assert chosen_flow(preset="sharp") == PRESETS["sharp"].flow()
    assert chosen_flow(preset="sharp", layers=6) == FlowSpec(family="spline", layers=6)
    assert chosen_flow() == PRESETS["post"].flow()
    with pytest.raises(SpecError, match="either --preset or --flow"):
        chosen_flow(preset="sharp", family="spline")
