"""The presets that the window and the terminal share."""

from dataclasses import asdict
from pathlib import Path

import pytest

from flowviz.cli import training
from flowviz.projects import examples
from flowviz.specs import PRESETS, RECIPES, Condition, FlowSpec, custom_title, preset_of
from tests.test_cli import run


@pytest.mark.parametrize("name", PRESETS)
def test_flow_of_a_preset_fits_it_with_any_seed(name: str) -> None:
    (preset,) = (preset for each, preset in PRESETS.items() if each == name)
    assert preset_of(preset.flow()) == preset_of(preset.flow(seed=9)) == name
    assert asdict(preset)["title"]


def test_sentence_about_the_post_says_what_differs_from_it() -> None:
    """The post normalizes each batch, does not bound log-scales, and has networks of 512 units that see the input."""
    flow, sentence = PRESETS["post"].flow(), PRESETS["post"].sentence
    differs = {
        "running averages": flow.normalization == "running",
        "log-scales are bounded": flow.log_scale_bound is not None,
        "narrower": flow.width < 512,
        "hat functions and waves": flow.hats > 0 and flow.waves > 0,
    }
    assert {words: words in sentence for words in differs} == differs == dict.fromkeys(differs, True)


def test_flow_with_another_option_fits_no_preset() -> None:
    assert preset_of(FlowSpec(layers=7)) is None
    assert preset_of(FlowSpec(family="glow")) is None
    assert preset_of(FlowSpec(family="flow_matching", pairing="independent")) is None
    assert preset_of(FlowSpec()) == "post"


def test_preset_does_not_depend_on_the_condition_of_the_target() -> None:
    condition = Condition(name="word", classes=("BRAD", "KATIE"))
    assert preset_of(FlowSpec().conditioned_on(condition)) == "post"
    assert preset_of(FlowSpec(leave_out=0.1).conditioned_on(condition)) is None


def test_preset_does_not_depend_on_the_integrator() -> None:
    assert preset_of(FlowSpec(family="flow_matching", integrator="euler", integrator_steps=5)) == "straight"


def test_terminal_takes_the_same_presets_and_changes_their_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = list[FlowSpec]()
    monkeypatch.setattr(training, "_train", lambda project, *_, **__: asked.append(project.plan.flow))
    for options in ("--preset sharp", "--preset sharp --layers 6", ""):
        assert run("train", "--text", "I", "-o", "x", *options.split()) == 0
    assert asked == [PRESETS["sharp"].flow(), FlowSpec(family="spline", layers=6), PRESETS["post"].flow()]
    assert run("train", "--text", "I", "-o", "x", "--preset", "sharp", "--flow", "spline") == 2
    assert "either --preset or --flow" in capsys.readouterr().err


def test_flow_that_fits_no_preset_has_the_title_of_the_one_it_was_changed_from_or_of_its_family() -> None:
    assert custom_title(FlowSpec(layers=7)) == "As in the post, changed"
    assert custom_title(FlowSpec(family="flow_matching", pairing="transport", width=9)) == "Straightest paths, changed"
    assert custom_title(FlowSpec(family="flow_matching", pairing="independent")) == RECIPES["flow_matching"].title
    assert custom_title(FlowSpec(family="glow")) == "Glow"


def test_flows_of_the_gallery_have_the_name_of_their_preset() -> None:
    titles = {each.name: custom_title(each.project().flow) for each in examples() if not each.is_comparison}
    assert titles["brad"] == titles["eight_gaussians"] == "As in the post, changed"
    assert titles["flow"] == titles["smiley"] == "Sharpest letters, changed"
    assert titles["drift"] == "Straightest paths, changed"
    assert titles["sine"] == "Glow"
