"""The difference of the densities of two flows: its numbers, its picture, and the command that draws it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flowviz import render_difference, save_comparison
from flowviz.errors import SpecError
from flowviz.exporting.difference import checked_pair
from flowviz.exporting.scene_fields import difference
from flowviz.flows import build_flow
from flowviz.projects import Comparison, Project
from flowviz.records import Difference, Scene, base_particles, cell_centers
from flowviz.rendering import render_frame
from flowviz.rendering.colormaps import color_scale
from flowviz.rendering.legend import keys
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, Seen, ShapeSpec, TrainingSpec, ViewSpec
from tests.flows.families import random_weights
from tests.test_cli import run

AROUND = (-2.0, 2.0, -1.0, 1.0)
SIZE = PictureSize(width=200, height=160)
SPECS = {"one": FlowSpec(layers=2, width=4), "two": FlowSpec(layers=2, width=4, seed=1)}


def project(spec: FlowSpec, target: str = "square") -> Project:
    weights = random_weights(spec, spec.seed, scale=0.2)
    trace = build_flow(spec, weights).trace(base_particles(300))
    return replace(
        Project.untrained(ShapeSpec.model_validate({"name": target}), spec, TrainingSpec(steps=10)),
        weights=weights,
        trace=trace,
    )


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return Comparison({name: project(spec) for name, spec in SPECS.items()})


def found(compared: Comparison, *names: str) -> Difference:
    first, second = (compared[name] for name in names)
    one, two = (build_flow(each.flow, each.weights) for each in (first, second))
    return difference(one, two, first.trace, AROUND, (names[0], names[1]), side=20)


def test_the_difference_is_that_of_the_log_densities(compared: Comparison) -> None:
    one, two = (build_flow(spec, compared[name].weights) for name, spec in SPECS.items())
    result = found(compared, "one", "two")
    points = compared["one"].trace.positions[-1]
    np.testing.assert_allclose(result.at_particles, one.log_prob(points) - two.log_prob(points), atol=2e-3)
    cells = cell_centers(AROUND, result.values.shape)
    expected = (one.log_prob(cells) - two.log_prob(cells)).reshape(result.values.shape)
    shown = np.isfinite(result.values)
    assert shown.any()
    np.testing.assert_allclose(result.values[shown], expected[shown], atol=2e-3)


def test_cells_where_neither_flow_has_a_density_are_blank(compared: Comparison) -> None:
    far = (40.0, 44.0, 40.0, 42.0)
    one, two = (build_flow(spec, compared[name].weights) for name, spec in SPECS.items())
    assert np.isnan(difference(one, two, compared["one"].trace, far, ("one", "two"), side=4).values).all()


def test_exchanging_the_flows_changes_the_sign(compared: Comparison) -> None:
    there, back = found(compared, "one", "two").values, found(compared, "two", "one").values
    both = np.isfinite(there) & np.isfinite(back)
    assert both.any()
    np.testing.assert_allclose(there[both], -back[both], atol=1e-5)


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_colors_show_which_flow_has_more_density(sign: int) -> None:
    trace, count = project(SPECS["one"]).trace, 300
    given = Difference(
        trace.last_stage,
        AROUND,
        np.full((4, 8), sign * 9.0, np.float32),
        np.full(count, sign * 9.0, np.float32),
        ("a", "b"),
    )
    view = ViewSpec(labels=False, axes=False)
    picture = render_frame(Scene(trace, difference=given), trace.last_stage, view, SIZE)
    end = color_scale("change", view.theme)[-1 if sign > 0 else 2]
    assert np.abs(picture[80, 100, :3].astype(int) - end).max() <= 3
    [key] = keys(Scene(trace, difference=given), trace.last_stage, view)
    assert (key.caption, key.ends) == ("a minus b, nats", ("-8", "0", "8"))


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_command_draws_what_the_library_draws(compared: Comparison, suffix: str, tmp_path: Path) -> None:
    save_comparison(compared, tmp_path / "both.flowviz")
    own, given = tmp_path / f"own.{suffix}", tmp_path / f"given.{suffix}"
    assert run("render", tmp_path / "both.flowviz", "--difference", "one, two", "--size", "200x160", "-o", given) == 0
    render_difference(compared, "one", "two", own, ExportSpec(size=SIZE, format=suffix))
    assert own.read_bytes() == given.read_bytes()
    if suffix == "png":
        with Image.open(own) as picture:
            assert picture.size == (200, 160)
            assert picture.info["Title"] == "one minus two"


def test_names_may_contain_commas(compared: Comparison, tmp_path: Path) -> None:
    named = Comparison({"a, slow": compared["one"], "b": compared["two"]})
    save_comparison(named, tmp_path / "both.flowviz")
    words = ("--difference", "a, slow,b", "--size", "200x160", "-o", tmp_path / "d.png")
    assert run("render", tmp_path / "both.flowviz", *words) == 0


def test_flows_with_different_targets_have_no_difference(compared: Comparison) -> None:
    other = Comparison({"one": compared["one"], "two": project(SPECS["two"], "heart")})
    with pytest.raises(SpecError, match="'one' learns 'square', and 'two' learns 'heart'"):
        checked_pair(other, ("one", "two"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--difference one,three -o d.png", "'one,three' does not name two flows as A,B. Choose from one, two."),
        ("--difference one,one -o d.png", "The difference of 'one' from itself is 0 everywhere."),
        ("--difference one,two -o d.gif", "A difference can only be exported as a picture of the last stage."),
        ("--difference one,two --stage 1 -o d.png", "Leave out stage and moment."),
        (
            "--difference one,two --columns marks -o d.png",
            "--columns, --names and --table-columns apply to",
        ),
        ("--difference one,two --entrant one -o d.png", "--columns and --difference apply to a whole comparison."),
    ],
)
def test_a_difference_that_cannot_be_drawn_is_one_sentence(
    words: str,
    said: str,
    compared: Comparison,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    save_comparison(compared, "both.flowviz")
    assert run("render", "both.flowviz", *words.split()) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["both.flowviz"]


def test_a_spec_of_another_kind_is_refused(compared: Comparison, tmp_path: Path) -> None:
    spec = ExportSpec(seen=Seen(direction="encode"))
    with pytest.raises(SpecError, match="only be exported as a picture"):
        render_difference(compared, "one", "two", tmp_path / "d.png", spec)


def test_an_untrained_flow_has_no_difference(compared: Comparison) -> None:
    new = Project.untrained(compared["two"].target, SPECS["two"], compared["two"].training)
    with pytest.raises(SpecError, match="'two' has not been trained yet"):
        checked_pair(Comparison({"one": compared["one"], "two": new}), ("one", "two"))


def test_the_difference_takes_the_place_of_the_density(compared: Comparison, tmp_path: Path) -> None:
    seen = Seen(view=ViewSpec(marks=frozenset({"points", "density"})))
    render_difference(compared, "one", "two", tmp_path / "both.png", ExportSpec(size=SIZE, seen=seen))
    render_difference(compared, "one", "two", tmp_path / "points.png", ExportSpec(size=SIZE))
    with Image.open(tmp_path / "both.png") as both, Image.open(tmp_path / "points.png") as points:
        assert both.tobytes() == points.tobytes()
