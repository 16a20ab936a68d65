"""Conditions in the terminal: targets with a condition, and the value at which a flow is shown."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from flowviz import load, save, score
from flowviz.cli.target_sources import with_condition_value
from flowviz.errors import SpecError
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Given, Shot
from flowviz.records import Scene
from flowviz.specs import ConditionalSpec, Seen
from flowviz.targets import build_target
from tests.test_cli import SMALL, run

WORDS = "--text", "BRAD", "--text", "KATIE"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("condition") / "words.flowviz"
    assert run("train", *WORDS, "--condition", *SMALL, "--steps", 150, "-o", path) == 0
    return path


def test_condition_without_a_value_means_classes() -> None:
    assert with_condition_value(["--condition", "--steps", "5"]) == ["--condition", "class", "--steps", "5"]
    assert with_condition_value(["--text", "A", "--condition"])[-1] == "class"
    assert with_condition_value(["--condition", "turn"]) == ["--condition", "turn"]


def test_training_reports_the_gap_of_each_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "words.flowviz"
    assert run("train", *WORDS, "--condition", *SMALL, "--steps", 150, "--json", "-o", path) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures["gaps"]) == ["BRAD", "KATIE"]
    assert figures["gap"] == pytest.approx(np.mean(list(figures["gaps"].values())), abs=1e-4)
    score = load(path).score
    assert score is not None
    assert score.gaps == pytest.approx(figures["gaps"])


def test_samples_of_different_values_differ_and_keep_their_places_on_the_base(trained: Path, tmp_path: Path) -> None:
    found = []
    for value in ("BRAD", "KATIE", "0.5"):
        path = tmp_path / f"{value}.npy"
        assert run("sample", trained, "--given", value, "-n", 100, "-o", path) == 0
        found.append(np.load(path))
    assert all((first != second).any() for first, second in pairwise(found))
    project = load(trained)
    assert (project.trace.positions[0] == project.given("KATIE").trace.positions[0]).all()


def test_log_density_depends_on_the_value(trained: Path, tmp_path: Path) -> None:
    points, found = tmp_path / "points.csv", []
    points.write_text("x,y\n0,0\n1,0.2\n")
    for value in ("BRAD", "KATIE", "0.5"):
        path = tmp_path / f"{value}.npy"
        assert run("score", trained, points, "--given", value, "-o", path) == 0
        found.append(np.load(path).tolist())
    assert found[0] != found[1] != found[2]


def test_each_point_is_scored_at_its_own_value(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points, path = tmp_path / "points.csv", tmp_path / "scores.npy"
    points.write_text("x,word,y\n0.1,KATIE,0\n1,BRAD,0.2\n0.1,0.5,0\n")
    assert run("score", trained, points, "--condition-column", "word", "-o", path) == 0
    assert "Scoring all points" not in capsys.readouterr().err
    own, project, places = np.load(path), load(trained), [(0.1, 0), (1, 0.2), (0.1, 0)]
    values: list[str | float] = ["KATIE", "BRAD", 0.5]
    for place, value, found in zip(places, values, own, strict=True):
        assert found == pytest.approx(score(project.given(value), [place])[0], abs=1e-5)
    assert score(project, places[:2], given=["KATIE", "BRAD"]) == pytest.approx(own[:2], abs=1e-5)
    for wrong in (["KATIE"], ["any", "BRAD"], ["CARL", "BRAD"]):
        with pytest.raises(SpecError):
            score(project, places[:2], given=wrong)


def test_score_says_at_which_value_all_points_are_scored(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points = tmp_path / "points.csv"
    points.write_text("x,y\n0,0\n")
    assert run("score", trained, points, "--given", "KATIE", "-o", tmp_path / "scores.npy") == 0
    assert "Scoring all points at KATIE." in capsys.readouterr().err


def test_score_prints_the_mean_as_json(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points, path = tmp_path / "points.csv", tmp_path / "scores.npy"
    points.write_text("x,y\n0,0\n1,0.2\n")
    assert run("score", trained, points, "--given", "KATIE", "--json", "-o", path) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["nll"] == pytest.approx(-np.load(path).mean(), abs=1e-5)
    assert {name: figures[name] for name in ("points", "without_density", "nll_units")} == {
        "points": 2, "without_density": 0, "nll_units": "flow"
    }  # fmt: skip
    assert run("score", trained, points, "--json", "-o", "-") == 2
    assert "Give -o the name of a file" in capsys.readouterr().err


def test_hits_of_a_moment_are_those_of_the_value_that_is_shown(trained: Path) -> None:
    project = load(trained)
    assert all(moment.on_target is not None for moment in project.timeline.moments)
    other = project.given("KATIE")
    assert all(moment.on_target is None for moment in other.timeline.moments)
    target = build_target(project.target)
    hits = target.given(1.0).on_target(other.trace.positions[-1])
    assert other.present_moment(target).on_target == hits != project.timeline.moments[-1].on_target


def test_titles_of_pictures_begin_with_the_value(trained: Path) -> None:
    project = load(trained).given("KATIE")
    scenes = Scenes(project, Seen(), None, [Shot(1)])
    scene = Scene(project.trace)
    assert scenes.title(Shot(1), scene).startswith("KATIE · 1 of")
    halfway = Given(0, project.weights, None, None, value=0.5)
    assert scenes.title(Shot(1, halfway), scene) == "50% BRAD, 50% KATIE"


@pytest.mark.parametrize("command", ["sample", "score", "trace", "render"])
def test_unknown_value_is_a_sentence(
    trained: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    points = tmp_path / "points.csv"
    points.write_text("x,y\n0,0\n")
    output = tmp_path / ("a.png" if command == "render" else "a.npy")
    more = (points,) if command == "score" else ()
    assert run(command, trained, *more, "--given", "CARL", "-o", output) == 2
    assert "There is no word 'CARL'. Give one of BRAD, KATIE" in capsys.readouterr().err
    assert not output.exists()


def test_value_for_a_flow_without_condition_is_a_sentence(
    project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sample", project_file, "--given", "1", "-o", tmp_path / "a.npy") == 2
    assert "The flow is not conditional" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--text", "BRAD", "--condition"), "needs 2 to 9 sources, or a single one that turns"),
        ((*WORDS, "--condition", "turn"), "a single one that turns"),
        (("--text", "BRAD", "--condition", "spin"), "spin"),
        ((*WORDS, "--condition", "--beside"), "Give only one of --beside, --over, --condition and"),
        (("--text", "A", "--text", "A", "--condition"), "Two classes are called 'A'"),
        ((*WORDS, "--condition", "--flow", "planar"), "no networks, so it cannot be conditional"),
    ],
)
def test_wrong_condition_is_a_sentence(
    options: tuple[str, ...], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", *options, "--steps", 10, "-o", tmp_path / "a.flowviz") == 2
    assert reason in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "a.flowviz").exists()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of pets, of which cats are on the left and dogs on the right, and of which older ones are higher."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("table") / "pets.csv"
    is_dog, age = rng.random(600) < 0.25, rng.uniform(2, 18, 600)
    x, y = rng.normal(np.where(is_dog, 50, -50), 5), rng.normal(6 * age, 5)
    pets = ["dog" if each else "cat" for each in is_dog]
    rows = [",".join(map(str, row)) for row in zip(x, y, pets, age, ["one"] * 600, strict=True)]
    path.write_text("\n".join(["x,y,pet,age,only", *rows]) + "\n")
    return path


@pytest.mark.parametrize(("column", "values"), [("pet", ["cat", "dog"]), ("age", None)])
def test_flow_learns_a_table_by_a_column(
    table: Path, tmp_path: Path, column: str, values: list[str] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path, given = tmp_path / "pets.flowviz", ("--points", table, "--condition-column", column)
    assert run("train", *given, *SMALL, "--steps", 150, "--json", "-o", path) == 0
    output = capsys.readouterr()
    figures = json.loads(output.out)
    assert f"The condition is '{column}'" in output.err
    project = load(path)
    assert list(figures["nlls"]) == (values or [project.condition.label(each) for each in project.condition.values])
    assert set(figures["gaps"].values()) == {None}, "the entropy of a table is unknown"
    assert None not in figures["nlls"].values()
    assert project.score is not None
    assert project.score.in_units().nlls == pytest.approx(figures["nlls"], abs=1e-4)
    assert (project.target.title, project.condition.name) == (f"pets.csv by {column}", column)
    check_samples(path, values or ["2.5", "17.5"], tmp_path)
    assert run("target", "--of", path, "-n", 3, "-o", tmp_path / "again.npy") == 0
    assert f"pets.csv by {column}" in capsys.readouterr().err


def check_samples(path: Path, values: list[str], folder: Path) -> None:
    """Check that the samples at two values differ, in the units of the data."""
    middles = []
    for value in values:
        assert run("sample", path, "--given", value, "-n", 500, "-o", folder / f"{value}.npy") == 0
        middles.append(np.median(np.load(folder / f"{value}.npy"), axis=0))
    assert (middles[0] != middles[1]).all()
    assert np.abs(middles).max() > 10, "flow units would be smaller"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("only",), "All points have the same 'only'"),
        (("weight",), "pets.csv has no column 'weight'. Its columns are: x, y, pet, age, only"),
        (("age", "--columns", "x,age"), "Column age of pets.csv cannot be the condition and also x or y"),
        (("pet", "--condition"), "Give only one of --beside, --over, --condition and --condition-column"),
        (("pet", "--text", "CAT"), "There is more than one source"),
        (("pet", "--flow", "planar"), "no networks, so it cannot be conditional"),
    ],
)
def test_wrong_column_is_a_sentence(
    table: Path, options: tuple[str, ...], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--points", table, "--condition-column", *options)
    assert run("train", *given, "--steps", 10, "-o", tmp_path / "a.flowviz") == 2
    assert reason in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "a.flowviz").exists()


def test_column_needs_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "--text", "A", "--condition-column", "pet", "-o", tmp_path / "a.flowviz") == 2
    assert "--condition-column requires --points" in capsys.readouterr().err


def test_flow_that_ignores_the_condition_learns_both_words_at_once(tmp_path: Path) -> None:
    path = tmp_path / "both.flowviz"
    options = ("--condition", "--ignores-condition", *SMALL, "--steps", 150)
    assert run("train", *WORDS, *options, "-o", path) == 0
    project = load(path)
    assert isinstance(project.target, ConditionalSpec)
    assert project.flow.condition is None
    assert project.score is not None
    assert project.score.gap is not None


def test_frames_go_through_the_values_of_the_condition(trained: Path, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    options = ("--what", "frames", "--through", "condition", "--in-betweens", 0, "--size", "320x240")
    assert run("render", trained, *options, "-o", folder) == 0
    frames = sorted(folder.glob("*.png"))
    assert len(frames) == load(trained).trace.last_stage + 1
    assert len({frame.read_bytes() for frame in frames}) == len(frames)


def test_animation_of_a_flow_without_condition_is_refused(
    project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--what", "animation", "--through", "condition", "-o", tmp_path / "a.gif")
    assert run("render", project_file, *options) == 2
    assert "The flow is not conditional" in capsys.readouterr().err


def test_value_at_which_a_flow_is_shown_is_described(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", trained) == 0
    assert re.search("shown at +BRAD", capsys.readouterr().out)


@pytest.fixture(scope="module")
def guidable(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return projects whose trainings left out some values, by family."""
    folder, found = tmp_path_factory.mktemp("guidance"), dict[str, Path]()
    small = {"realnvp": SMALL, "flow_matching": ("--width", 8, "--depth", 1, "--integrator-steps", 3)}
    for family, options in small.items():
        found[family] = folder / f"{family}.flowviz"
        asked = ("--condition", "--leave-out", 0.2, "--flow", family, *options, "--steps", 60)
        assert run("train", *WORDS, *asked, "-o", found[family]) == 0
    return found


def test_guided_samples_and_their_density_lie_beyond_those_of_the_value(
    guidable: dict[str, Path], tmp_path: Path
) -> None:
    points, found = tmp_path / "points.npy", dict[str, list[float]]()
    for name, told in {"any": ("any", 1), "none": ("KATIE", 0), "told": ("KATIE", 1), "more": ("KATIE", 3)}.items():
        options = ("--given", told[0], "--guidance", told[1])
        assert run("sample", guidable["flow_matching"], *options, "-n", 500, "-o", points) == 0
        path = tmp_path / f"{name}.npy"
        assert run("score", guidable["flow_matching"], points, *options, "-o", path) == 0
        found[name] = np.load(path).tolist()
    assert found["any"] == pytest.approx(found["none"], abs=1e-4)
    assert found["any"] != found["told"] != found["more"]


def test_density_of_every_family_is_tilted(guidable: dict[str, Path], tmp_path: Path) -> None:
    for path in guidable.values():
        found = []
        for guidance in (1, 3):
            output = tmp_path / f"{guidance}.npz"
            options = ("--what", "density", "--size", "64x64", "--given", "KATIE", "--guidance", guidance)
            assert run("render", path, *options, "-o", output) == 0
            found.append(np.load(output)["log_prob"])
        assert np.abs(found[0] - found[1]).max() > 0.01
    picture = tmp_path / "a.png"
    options = ("--view", "density,points", "--size", "320x240", "--given", "KATIE", "--guidance", 3)
    assert run("render", guidable["realnvp"], *options, "-o", picture) == 0
    assert picture.exists()


def test_guidance_survives_saving_and_keeps_the_score(guidable: dict[str, Path], tmp_path: Path) -> None:
    project = load(guidable["flow_matching"])
    guided = project.given("KATIE").guided(2.5)
    save(guided, tmp_path / "guided.flowviz")
    opened = load(tmp_path / "guided.flowviz")
    assert (opened.flow.given, opened.flow.guidance) == (1.0, 2.5)
    assert opened.score == project.score
    assert opened.trace == guided.trace
    assert (guided.guided(1).trace.positions == project.given("KATIE").trace.positions).all()
    assert opened.flow.given_label == "KATIE, guidance 2.5"


@pytest.mark.parametrize(
    ("family", "options", "reason"),
    [
        ("realnvp", ("--given", "any", "--guidance", 2), ""),
        ("realnvp", ("--guidance", 2), "none of its particles"),
        ("flow_matching", ("--guidance", 6), "guidance cannot be 6"),
        ("flow_matching", ("--guidance", -1), "guidance cannot be -1"),
    ],
)
def test_wrong_guidance_is_a_sentence(
    guidable: dict[str, Path],
    tmp_path: Path,
    family: str,
    options: tuple[str, ...],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "a.npy"
    assert run("sample", guidable[family], *options, "-n", 5, "-o", output) == (2 if reason else 0)
    assert reason in " ".join(capsys.readouterr().err.split())
    assert output.exists() != bool(reason)


@pytest.mark.parametrize("options", [("--given", "any"), ("--guidance", 2)])
def test_flow_that_was_told_all_values_has_no_guidance(
    trained: Path, tmp_path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("render", trained, *options, "-o", tmp_path / "a.png") == 2
    assert "Train one that leaves out some values" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("options", [("--text", "BRAD"), (*WORDS, "--condition", "--ignores-condition")])
def test_flow_that_is_told_no_values_can_leave_none_out(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", *options, "--leave-out", 0.1, "--steps", 10, "-o", tmp_path / "a.flowviz") == 2
    assert "no values to leave out" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "a.flowviz").exists()


def test_guided_flow_is_no_code(guidable: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("render", guidable["flow_matching"], "--guidance", 2, "-o", tmp_path / "flow.py") == 2
    assert "guidance cannot be exported as code" in " ".join(capsys.readouterr().err.split())
    assert run("render", guidable["flow_matching"], "--given", "any", "-o", tmp_path / "flow.py") == 0
