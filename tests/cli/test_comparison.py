"""`flowviz compare`: the folder that it writes, what it refuses, and how it continues; and `--entrant`."""

import csv
import json
import re
import shutil
import signal
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import flowviz
from flowviz.cli.interrupts import Interrupted
from flowviz.cli.messages import comparison_table
from flowviz.files import resource
from flowviz.projects import Project, example, load_comparison, save_project
from flowviz.records import Trial
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import AdaptiveHistogram
from flowviz.training.runs import Result, Run
from tests.test_cli import run

SMALL = "--layers 1 --width 2 --depth 1 --steps 3"
COMPARE = f"compare --text I --flow realnvp,nice {SMALL}"
FILES = ["comparison.flowviz", "figure.png", "table.csv", "table.md", "table.tex"]


class FakeRuns:
    """Stands for `run_all`: each run ends with a gap that depends on its seed, unless a test asks otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, int]] = []
        self.interrupted_after = 99
        self.failing = ""
        monkeypatch.setattr("flowviz.training.runs.run_all", self)

    def __call__(self, runs: Sequence[Run], **_: object) -> Generator[Result, None, None]:
        self.asked = [(each.entrant.name, each.entrant.seed) for each in runs]
        for number, entrant in enumerate(each.entrant for each in runs):
            if number == self.interrupted_after:
                raise Interrupted(signal.SIGTERM)
            name, spec = entrant.name, entrant.training
            if name == self.failing:
                yield Trial.failed(name, entrant.flow, spec, "its process was killed repeatedly"), None
            else:
                yield Trial("realnvp", 2e-3, spec.seed, "completed", True, {"gap": 0.25 * spec.seed}, name=name), None


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRuns:
    monkeypatch.chdir(tmp_path)
    return FakeRuns(monkeypatch)


def test_table_in_the_terminal_shows_the_legibility() -> None:
    comparison = example("three_flows").comparison()
    trials = tuple(replace(each, figures={**each.figures, "legibility": 0.875}) for each in comparison.trials)
    console = Console(width=80, file=StringIO())
    table = comparison_table(replace(comparison, trials=trials))
    assert [column.header for column in table.columns][:2] == ["flow", "runs"]
    console.print(table)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "legibility" in text
    assert text.count("87.5%") == len(trials)


def test_legibility_of_runs_of_older_files_is_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = example("three_flows")
    assert {trial.figures.get("legibility") for trial in old.comparison().trials} == {None}
    assert run("compare", old.path, "-o", tmp_path / "new") == 0
    assert "legibility" in capsys.readouterr().err
    with (tmp_path / "new" / "table.csv").open() as file:
        assert all(0.5 < float(row["legibility"]) <= 1 for row in csv.DictReader(file))


def test_targets_of_another_comparison_are_not_built(
    runs: FakeRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    shutil.copy(example("three_flows").path, tmp_path / "out" / "comparison.flowviz")
    monkeypatch.delattr(Project, "build_target")
    assert compare(f"{COMPARE} -o out/") == 2


def test_table_in_the_terminal_shows_covered_letters_of_flows_that_learn_from_a_density() -> None:
    compared = load_comparison(resource("lessons/two_ways.flowviz")), example("three_flows").comparison()
    of_density, others = ({column.header for column in comparison_table(each).columns} for each in compared)
    assert of_density - others == {"effective samples", "parts covered"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a comparison that no test changes."""
    folder = tmp_path_factory.mktemp("compared") / "out"
    with pytest.MonkeyPatch.context() as patch:
        FakeRuns(patch)
        assert compare(f"{COMPARE} -o {folder}/") == 0
    return folder / "comparison.flowviz"


def compare(words: str, *more: object) -> int:
    return run(*words.split(), *more)


def rows(folder: str) -> list[tuple[str, str, str]]:
    with (Path(folder) / "table.csv").open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["seed"], row["gap"]) for row in csv.DictReader(file)]


def test_table_has_a_row_for_each_run_and_means_over_seeds(runs: FakeRuns) -> None:
    assert compare(f"{COMPARE} --seeds 3 -o out/") == 0
    gaps = [(str(seed), str(0.25 * seed)) for seed in range(3)]
    assert rows("out") == [(name, seed, gap) for name in ("realnvp", "nice") for seed, gap in gaps]
    assert sorted(path.name for path in Path("out").iterdir()) == FILES
    assert "| RealNVP | 3 | 0.250 ± 0.250 |" in Path("out/table.md").read_text(encoding="utf-8")
    found = load_comparison(Path("out/comparison.flowviz"))
    assert (found.names, found.seeds, len(found.trials)) == (("realnvp", "nice"), 3, 6)
    assert {project.flow.layers for project in found.projects.values()} == {1}


def test_interrupted_comparison_keeps_its_runs_and_continues(
    runs: FakeRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    runs.interrupted_after = 1
    assert compare(f"{COMPARE} --seeds 2 -o out/") == 143
    assert rows("out") == [("realnvp", "0", "0.0")]
    runs.interrupted_after = 99
    assert compare(f"{COMPARE} --seeds 2 -o out/") == 0
    assert runs.asked == [("nice", 0), ("realnvp", 1), ("nice", 1)]
    assert "already contains 1 run of 4" in capsys.readouterr().err
    assert len(rows("out")) == len(set(rows("out"))) == 4
    assert compare(f"{COMPARE} --seeds 3 -o out/") == 0
    assert runs.asked == [("realnvp", 2), ("nice", 2)]
    assert compare("compare out/comparison.flowviz -o copy/") == 0
    assert runs.asked == []
    assert rows("copy") == rows("out")


def test_more_steps_continue_runs_that_have_ended(runs: FakeRuns, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(f"{COMPARE} --seeds 2 -o out/") == 0
    assert compare("compare out/comparison.flowviz --steps 7 -o out/") == 0
    assert runs.asked == [("realnvp", 0), ("nice", 0), ("realnvp", 1), ("nice", 1)]
    assert load_comparison(Path("out/comparison.flowviz")).spec.budget.steps == 7
    assert compare("compare out/comparison.flowviz --steps 5 -o out/") == 2
    assert "contains another comparison" in " ".join(capsys.readouterr().err.split())


def test_baseline_adds_the_limit_by_counting_to_all_tables(
    runs: FakeRuns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flowviz.training.limits.AdaptiveHistogram", partial(AdaptiveHistogram, count=200_000))
    assert compare(f"{COMPARE} -o out/") == 0
    assert "limit" not in Path("out/table.md").read_text(encoding="utf-8")
    assert compare(f"{COMPARE} --baseline -o out/") == 0
    assert runs.asked == [], "flows are not trained again"
    assert "limit by counting" in capsys.readouterr().err
    *_, (name, _, gap) = rows("out")
    assert name == "limit by counting"
    assert 0 < float(gap) < 0.1
    for table, cell in (("md", "| limit by counting | 1 | 0.0"), ("tex", "limit by counting & 1 & 0.0")):
        assert cell in Path(f"out/table.{table}").read_text(encoding="utf-8"), "it is not marked as the best"
    assert load_comparison(Path("out/comparison.flowviz")).spec.baseline
    assert compare("compare out/comparison.flowviz -o copy/") == 0
    assert rows("copy") == rows("out")
    assert compare(f"{COMPARE} -o out/") == 0
    assert rows("copy") == rows("out"), "a limit that was asked for once is kept"


def test_file_can_ask_for_the_limit_by_counting(runs: FakeRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.training.limits.AdaptiveHistogram", partial(AdaptiveHistogram, count=200_000))
    targets = [{"name": text, "target": {"kind": "text", "text": text}} for text in ("A", "B")]
    Path("c.json").write_text(json.dumps({"entrants": targets, "baseline": True}), encoding="utf-8")
    assert compare("compare c.json --steps 3 -o out/") == 0
    assert [name for name, _, _ in rows("out")] == ["A", "B", "limit by counting: A", "limit by counting: B"]


def test_interrupted_before_the_first_run_leaves_nothing(runs: FakeRuns) -> None:
    runs.interrupted_after = 0
    assert compare(f"{COMPARE} -o out/") == 143
    assert not Path("out").exists()


def test_failed_run_is_reported_and_repeated(runs: FakeRuns, capsys: pytest.CaptureFixture[str]) -> None:
    runs.failing = "nice"
    assert compare(f"{COMPARE} -o out/") == 1
    assert "A run failed: nice, seed 0: failed, its process was killed repeatedly." in capsys.readouterr().err
    runs.failing = ""
    assert compare(f"{COMPARE} -o out/") == 0
    assert runs.asked == [("nice", 0)]
    assert rows("out") == [("realnvp", "0", "0.0"), ("nice", "0", "0.0")]


def test_file_gives_any_field_and_options_change_all_entrants(runs: FakeRuns) -> None:
    entrants: list[dict[str, Any]] = [
        {"name": "deep", "flow": {"layers": 3}},
        {"name": "bold & wild", "flow": {"family": "spline"}, "training": {"learning_rate": 0.1, "steps": 9}},
    ]
    shared = {"target": {"kind": "text", "text": "A"}, "flow": {"width": 4}, "training": {"steps": 9, "seed": 5}}
    Path("c.json").write_text(json.dumps({"entrants": entrants, "seeds": 2, **shared}), encoding="utf-8")
    assert compare("compare c.json --steps 7 --batch 32 -o out/") == 0
    assert runs.asked == [("deep", 5), ("bold & wild", 5), ("deep", 6), ("bold & wild", 6)]
    deep, bold = load_comparison(Path("out/comparison.flowviz")).projects.values()
    assert (deep.flow.layers, deep.flow.width, bold.flow.family) == (3, 4, "spline")
    assert deep.training == TrainingSpec(steps=7, batch=32, seed=5)
    assert bold.training == TrainingSpec(steps=7, batch=32, seed=5, learning_rate=0.1)
    assert r"bold \& wild & 2 &" in Path("out/table.tex").read_text(encoding="utf-8")
    assert r"| bold \& wild | 2 |" in Path("out/table.md").read_text(encoding="utf-8")


def test_file_in_the_guide_is_a_comparison(runs: FakeRuns) -> None:
    guide = (Path(flowviz.__file__).parents[1] / "resources/guide/terminal.md").read_text(encoding="utf-8")
    [example] = [each for each in re.findall(r"```json\n(.*?)```", guide, re.DOTALL) if "entrants" in each]
    Path("c.json").write_text(example, encoding="utf-8")
    assert compare("compare c.json -o out/") == 0
    assert {name for name, _ in runs.asked} == {"8 layers", "16 layers, slow"}


def test_preset_names_its_entrants(runs: FakeRuns) -> None:
    assert compare("compare --text I --preset learning_rate --steps 3 -o out/") == 0
    assert [name for name, _ in runs.asked] == ["too high", "right", "too low"]


@pytest.fixture
def refused(runs: FakeRuns, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Return the sentence with which a command is refused before any run."""
    Path("seven.json").write_text(json.dumps({"entrants": [{"name": str(number)} for number in range(7)]}))
    Path("typo.json").write_text(json.dumps({"entrants": [{"name": "a", "flows": {}}]}))
    Path("budgets.json").write_text(
        json.dumps({"entrants": [{"name": name, "training": {"steps": n}} for n, name in enumerate("ab", start=1)]})
    )
    Path("mine").mkdir()
    Path("mine/table.csv").write_text("mine", encoding="utf-8")
    save_project(Project.untrained(TextSpec(text="I"), FlowSpec(), TrainingSpec(steps=1)), Path("one.flowviz"))

    def sentence(command: str) -> str:
        capsys.readouterr()
        assert compare(command) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert runs.asked == []
        assert not Path("out").exists()
        return captured.err

    return sentence


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("compare --text I -o out/", "There is nothing to compare. Give families"),
        ("compare --flow realnvp,spline -o out/", "There is no target. Give --text"),
        ("compare --text I --flow nice,nice -o out/", 'Flow "nice" is listed twice.'),
        ("compare --text I --flow nice,nicer -o out/", 'Flow "nicer": There is no flow named'),
        ("compare --text I --flow nice,spline --bins 8 -o out/", 'Flow "nice": '),
        ("compare --text I --flow nice --preset base -o out/", "Give only one of --flow, --preset and a file"),
        ("compare --text I --preset condition -o out/", "The target has no condition, so there is nothing to tell"),
        ("compare --text I --flow nice --seeds 0 -o out/", "seeds"),
        ("compare --text I --flow nice -o out.png", "out.png is not a folder"),
        ("compare --text I --flow nice -o one.flowviz", "one.flowviz is not a folder"),
        ("compare --text I --flow nice -o mine", "already exists. Choose another folder, or give --force"),
        ("compare seven.json --text I -o out/", 'up to 6 flows, not 7. Leave out Flow "6"'),
        ("compare typo.json --text I -o out/", 'Flow "a" has no field "flows".'),
        ("compare budgets.json --text I -o out/", 'Flow "b": its budget is 2 steps, but that of "a" is 1 step.'),
        ("compare seven.json -o out/", 'Flow "0" has no target.'),
        ("compare one.flowviz -o out/", "one is a flow of flowviz. Compare its family"),
        ("compare gone.json -o out/", "gone.json cannot be read"),
    ],
)
def test_invalid_comparison_is_one_sentence(command: str, said: str, refused: Callable[[str], str]) -> None:
    assert said in refused(command)


def test_workers_that_cannot_start_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert compare(f"{COMPARE} --jobs 0 -o out/") == 2
    assert compare(f"{COMPARE} --scheduler tcp://a:1 -o out/") == 2
    assert "cannot be 0" in (said := capsys.readouterr().err)
    assert "--scheduler requires --backend dask." in said
    assert not Path("out").exists()


def test_another_comparison_is_replaced_only_with_force(runs: FakeRuns, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(f"{COMPARE} -o out/") == 0
    before = Path("out/comparison.flowviz").read_bytes()
    other = f"compare --text I --flow nice {SMALL} -o out/"
    assert compare(other) == 2
    assert "contains another comparison. Choose another folder, or give --force" in capsys.readouterr().err
    assert Path("out/comparison.flowviz").read_bytes() == before
    assert compare(f"{other} --force") == 0
    assert rows("out") == [("nice", "0", "0.0")]


@pytest.mark.parametrize(
    "command",
    ["sample {} -o a.npy", "trace {} -o a.npz", "score {} points.npy -o a.npy", "inspect {}", "info {}"],
)
def test_commands_on_a_comparison_ask_for_an_entrant(
    command: str, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("points.npy", np.zeros((3, 2)))
    words = command.format(saved).split()
    assert run(*words) == 2
    assert "Choose one of its flows with --entrant: realnvp, nice." in capsys.readouterr().err
    assert run(*words, "--entrant", "other") == 2
    assert "There is no flow 'other'. Choose one of realnvp, nice." in capsys.readouterr().err
    assert run(*words, "--entrant", "nice") == 0


def test_figure_is_exported_in_each_format(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert compare(f"render {saved} -o a.png --columns targets --theme dark --size 300x200") == 0
    with Image.open("a.png") as picture:
        assert picture.size == (300, 200)
    assert compare(f"render {saved} -o a.svg --columns stages") == 0
    assert "50%" in Path("a.svg").read_text(encoding="utf-8")
    assert compare(f"render {saved} -o a.gif --in-betweens 0 --size 300x200") == 0
    with Image.open("a.gif") as film:
        assert getattr(film, "n_frames", 0) == 4
    assert compare(f"render {saved} -o nice.png --size 200x200 --entrant nice") == 0


def test_a_figure_for_a_paper_has_a_width_and_names(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paper = "--size 8.5cm --font-size 8 --names nice=NICE --table-columns test_nll,coverage"
    assert compare(f"render {saved} -o a.svg {paper}") == 0
    text = Path("a.svg").read_text(encoding="utf-8")
    assert "NICE" in text
    assert "realnvp" not in text.partition("<image")[0].rpartition("</metadata>")[2]
    assert f'width="{round(8.5 / 2.54 * 300) * 72 / 300:g}pt"' in text
    assert compare(f"render {saved} -o a.png --size 8.5cm") == 0
    with Image.open("a.png") as picture:
        assert (picture.width, round(picture.info["dpi"][0])) == (1004, 300)
        assert 200 < picture.height < 1004


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("-o a.png --size 100x100", "panels do not fit into 100x100 pixels"),
        ("-o a.png --stage 1", "--stage applies to view, density, page, not to sheet."),
        ("-o a.png --last 1", "A comparison shows all layers"),
        ("-o a.png --integrator euler", "apply to a single flow. Choose one with --entrant."),
        ("-o a.csv --what losses", "A comparison has no losses. Choose one of its flows with --entrant."),
        ("-o a.py", "A comparison has no code. Choose one of its flows with --entrant."),
        ("-o {saved}", "cannot be exported"),
        ("-o a.png --entrant nice --columns marks", "--columns and --difference apply to a whole comparison."),
        ("-o a.png --entrant nice --names nice", "--columns and --difference apply to a whole comparison."),
        ("-o a.png --names maf", "--names contains no known flow at 'maf'. Choose from realnvp, nice."),
        ("-o a.png --names nice=a,realnvp,nice=b", "--names contains nice twice. Give each flow once."),
        ("-o a.png --names nice=a,realnvp=a", "Two flows have the same new name."),
        ("-o a.png --table-columns speed", "The table has no column 'speed'. Choose from gap, test_nll"),
        ("-o a.png --size 2x2cm", "panels do not fit into 2x2 cm. Choose a larger size, such as "),
        ("-o a.png --size 0.1cm", "has a side that is not between 0.54 and 69.4 cm at 300 pixels per inch."),
    ],
)
def test_figure_that_cannot_be_drawn_is_one_sentence(
    words: str, said: str, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(f"render {saved} {words.format(saved=saved)}") == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_project_has_no_entrants(refused: Callable[[str], str]) -> None:
    assert "one.flowviz is not a comparison" in refused("info one.flowviz --entrant a")


@pytest.mark.slow  # processes load TensorFlow and compile
def test_runs_in_processes_have_the_numbers_of_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert compare(f"{COMPARE} --jobs 1 --seeds 2 -o out/") == 0
    assert len(rows("out")) == 4
    assert compare(f"train --text I --flow nice {SMALL} -o nice.flowviz") == 0
    gap = load_comparison(Path("out/comparison.flowviz"))["nice"].gap
    assert rows("out")[2][2] == str(gap)


def test_recorded_flows_are_entrants_beside_families(
    tmp_path: Path, runs: FakeRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    base = np.random.default_rng(0).standard_normal((100, 2))
    np.savez(tmp_path / "theirs.npz", positions=np.stack([base, base / 2]))
    files, out = f"{tmp_path / 'theirs.npz'} --flow nice {SMALL}", tmp_path / "out"

    assert compare(f"compare {files} --text I -o {out}") == 0
    found = load_comparison(out / "comparison.flowviz")
    assert found.names == ("nice", "theirs")
    assert runs.asked == [("nice", 0)]

    assert compare(f"compare {files} --text I -o {out}") == 0  # it continues
    assert runs.asked == []
    assert load_comparison(out / "comparison.flowviz") == found

    assert compare(f"compare {tmp_path / 'theirs.npz'} --text I -o {out}") == 2
    assert "another comparison" in capsys.readouterr().err


def test_only_recorded_flows_are_compared_without_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = np.random.default_rng(0).standard_normal((100, 2))
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        np.savez(tmp_path / folder / "theirs.npz", positions=np.stack([base, base / 2]))
    files = f"{tmp_path / 'a' / 'theirs.npz'} {tmp_path / 'b' / 'theirs.npz'}"

    assert compare(f"compare {files} --shape rings -o {tmp_path / 'out'}") == 0
    said = capsys.readouterr().err
    assert "Continuing" not in said
    assert "Budget" not in said, "nothing was trained"
    shutil.copy(tmp_path / "a" / "theirs.npz", tmp_path / "more.npz")
    assert compare(f"compare {tmp_path / 'more.npz'} --shape rings -o {tmp_path / 'out'}") == 0
    assert load_comparison(tmp_path / "out" / "comparison.flowviz").names == ("theirs", "theirs 2", "more")
