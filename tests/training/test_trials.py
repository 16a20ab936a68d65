"""Many trainings: on this machine's processes, and on a cluster one of whose workers dies."""

import csv
import os
import signal
from collections.abc import Collection, Generator, Sequence
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from rich.console import Console

from flowviz import process
from flowviz.cli.interrupts import Interrupted
from flowviz.cli.messages import HEADINGS, summary_table
from flowviz.records import Trial, summarized, to_csv
from flowviz.records.trial import TrialKey, from_csv
from flowviz.rendering.trials import trials_figure, write_plot
from flowviz.specs import DrawingSpec, FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.target import PNG_SIGNATURE
from flowviz.training.trial_table import TrialTable
from flowviz.training.trials import run_trials, settings_digest
from tests.test_cli import run

TARGET, FLOW = TextSpec(text="I"), FlowSpec(layers=1, width=2, depth=1)


COMMAND = ("trials", "--text", "I", "--steps", 30, "--learning-rates", "1e-2,1e-3", "--seeds", 2)


def trial(rate: float, seed: int, gap: float | None, finite: bool = True) -> Trial:
    return Trial("realnvp", rate, seed, "completed", finite, {"test_nll": 1 / 3, "gap": gap, "recoveries": 1})


def failed(rate: float, seed: int) -> Trial:
    return Trial("realnvp", rate, seed, "failed", False, {}, "its process was killed")


class FakeRuns:
    """Stands for `run_trials`: yields the trials that are not done, in order, and ends as a test asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[TrialKey] = []
        self.interrupted_after = 99
        self.failing: set[int] = set()  # seeds
        monkeypatch.setattr("flowviz.training.trials.run_trials", self)
        monkeypatch.setattr("flowviz.rendering.trials.trials_figure", lambda _: Figure((1, 1)))  # faster

    def __call__(
        self,
        target: object,
        flow: FlowSpec,
        specs: Sequence[TrainingSpec],
        seeds: Sequence[int],
        *,
        done: Collection[TrialKey],
        configure: object,
        **_: object,
    ) -> Generator[Trial, None, None]:
        assert configure is process.configure_worker
        keys = [(flow.family, spec.peak_rate, seed) for spec in specs for seed in seeds]
        self.asked = [key for key in keys if key not in done]
        for number, (_family, rate, seed) in enumerate(self.asked):
            if number == self.interrupted_after:
                raise Interrupted(signal.SIGTERM)
            yield failed(rate, seed) if seed in self.failing else trial(rate, seed, 0.1 * seed)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> FakeRuns:
    return FakeRuns(monkeypatch)


def rows(table: Path) -> list[tuple[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return [(row["learning_rate"], row["seed"]) for row in csv.DictReader(file)]


RATES = ("0.001", "0.01")
ALL = [("0.001", "0"), ("0.001", "1"), ("0.01", "0"), ("0.01", "1")]


def test_the_command_writes_a_line_a_trial_and_a_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("--flow", "planar", "--layers", 1, "--steps", 30, "--jobs", 1)
    table = tmp_path / "trials.csv"
    assert run("trials", "--text", "I", *sizes, "--seeds", 2, "--learning-rates", "1e-2,1e-3", "-o", table) == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["learning_rate"], row["seed"]) for row in rows] == [
        ("0.001", "0"),
        ("0.001", "1"),
        ("0.01", "0"),
        ("0.01", "1"),
    ]
    assert all(row["finite"] == "True" and float(row["gap"]) > 0 for row in rows)
    assert {row["unsteady"] for row in rows} <= {"0", "1"}
    assert all(float(row["largest_rise"] or 0) >= 0 for row in rows)
    with Image.open(tmp_path / "trials.png") as plot:
        assert plot.size == (1200, 675)
    told = capsys.readouterr().err
    assert "Quartiles" in told
    nlls = [np.median([float(row["validation_nll"]) for row in rows if row["learning_rate"] == rate]) for rate in RATES]
    assert f"Median validation NLL: {nlls[0]:.3f} nats at rate 0.001, {nlls[1]:.3f} nats at rate 0.01." in told


def test_quartiles_are_those_of_the_finite_runs_at_each_rate() -> None:
    trials = [trial(1e-3, seed, gap) for seed, gap in enumerate([0.1, 0.2, 0.3, 0.4, 0.5])]
    trials += [trial(1e-2, 0, None), trial(1e-1, 0, 9.0, finite=False)]
    first, second, third = summarized(trials)
    assert (first.runs, first.finite) == (5, 5)
    assert first.quartiles == pytest.approx((0.2, 0.3, 0.4))
    assert first.validation_nll is None
    assert second.quartiles is None
    assert (third.finite, third.quartiles) == (0, None)


def test_share_of_unsteady_trainings_is_that_of_recoveries_and_clear_rises() -> None:
    unsteady: list[dict[str, float | None]] = [{"recoveries": 2}, {"recoveries": 0, "largest_rise": 0.15}]
    steady: list[dict[str, float | None]] = [{"recoveries": 0, "largest_rise": rise} for rise in (0.05, 0.0, None)]
    trials = [replace(trial(1e-3, seed, 0.1), figures=each) for seed, each in enumerate([*unsteady, *steady])]
    table = to_csv(trials)
    (summary,) = summarized(from_csv(table)[0])
    assert (summary.runs, summary.unsteady) == (5, 2)
    console = Console(width=80, file=StringIO(), record=True)
    console.print(summary_table([summary], "gap"))
    assert "40%" in console.export_text()


def test_table_of_an_older_version_has_no_rises() -> None:
    (old,) = from_csv(to_csv([trial(1e-3, 0, 0.1)]))[0]
    assert "largest_rise" not in old.figures
    assert summarized([old])[0].unsteady == 1, "it had a recovery"


def test_a_plot_without_a_single_gap_is_still_a_plot(tmp_path: Path) -> None:
    write_plot([trial(1e-2, 0, None), trial(1e-3, 0, 0.5)], tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000
    assert to_csv([trial(1e-2, 0, None)]).splitlines()[0].startswith("family,learning_rate,seed")


def test_interrupted_series_is_kept_and_continues(
    runs: FakeRuns, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "trials.csv"
    runs.interrupted_after = 3
    assert run(*COMMAND, "-o", table) == 143
    assert rows(table) == ALL[:3]
    assert (tmp_path / "trials.png").exists()
    assert "Wrote 3 trials" in capsys.readouterr().err
    assert run(*COMMAND, "-o", table) == 0
    assert runs.asked == [("realnvp", 0.01, 1)]
    assert rows(table) == ALL
    assert run(*COMMAND[:-1], 3, "-o", table) == 0  # more seeds belong to the same series
    assert runs.asked == [("realnvp", 0.001, 2), ("realnvp", 0.01, 2)]
    assert len(rows(table)) == 6


def test_every_trial_is_in_the_file_when_the_next_one_ends(runs: FakeRuns, tmp_path: Path) -> None:
    table, seen = tmp_path / "trials.csv", list[int]()
    add = TrialTable.add

    def watched(self: TrialTable, trial: Trial) -> None:
        add(self, trial)
        seen.append(len(rows(table)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrialTable, "add", watched)
        assert run(*COMMAND, "-o", table) == 0
    assert seen == [1, 2, 3, 4]


@pytest.mark.parametrize("cut", [1, 2, 5, 30])  # bytes at the end
def test_line_that_was_cut_off_is_run_again(cut: int, runs: FakeRuns, tmp_path: Path) -> None:
    table = tmp_path / "trials.csv"
    assert run(*COMMAND, "-o", table) == 0
    whole = table.read_bytes()
    table.write_bytes(whole[:-cut])
    assert run(*COMMAND, "-o", table) == 0
    assert runs.asked == [("realnvp", 0.01, 1)]
    assert table.read_bytes() == whole


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ((*COMMAND, "--batch", 64), "other settings"),
        (("trials", "--text", "II", *COMMAND[3:]), "other settings"),
        ((*COMMAND, "--flow", "nice"), "other settings"),
    ],
)
def test_other_settings_are_not_mixed(
    command: tuple[object, ...], said: str, runs: FakeRuns, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "trials.csv"
    assert run(*COMMAND, "-o", table) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()
    assert run(*command, "-o", table) == 2
    captured = capsys.readouterr().err
    assert said in captured
    assert captured.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert run(*command, "-o", table, "--force") == 0
    assert len(runs.asked) == 4
    assert rows(table) == ALL


@pytest.mark.parametrize("content", [b"x,y\n1,2\n", b"\xff\xfe\x00", b"family,learning_rate,seed\n"])
def test_table_of_something_else_is_not_replaced(content: bytes, runs: FakeRuns, tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_bytes(content)
    assert run(*COMMAND, "-o", table) == 2
    assert table.read_bytes() == content


def test_failed_trial_is_reported_and_tried_again(
    runs: FakeRuns, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "trials.csv"
    runs.failing = {1}
    assert run(*COMMAND, "-o", table) == 1
    assert "rate 0.001, seed 1: failed, its process was killed." in capsys.readouterr().err
    trials, _ = from_csv(table.read_text(encoding="utf-8"))
    assert [each.ending for each in trials] == ["completed", "failed", "completed", "failed"]
    assert [each.failed for each in summarized(trials)] == [1, 1]
    runs.failing = set()
    assert run(*COMMAND[:-3], "1e-1", *COMMAND[-2:], "-o", table) == 0, "no run that this command asks for failed"
    assert run(*COMMAND, "-o", table) == 0
    assert runs.asked == [("realnvp", 0.001, 1), ("realnvp", 0.01, 1)]
    assert "failed" not in table.read_text(encoding="utf-8").replace("failure", "")


def test_trials_without_a_result_are_not_plotted(
    runs: FakeRuns, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs.failing = {0, 1}
    assert run(*COMMAND, "-o", tmp_path / "trials.csv") == 1
    assert "There is no plot, because none of them has a result." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["trials.csv"]


def test_a_table_gives_back_its_trials() -> None:
    trials = [trial(1e-3, 0, -1 / 3), trial(1e-2, 1, None, finite=False), failed(1e-1, 2)]
    assert from_csv(to_csv(trials, "digest")) == (trials, {"digest"})


def test_settings_are_all_but_seeds_and_rates() -> None:
    digest = partial(settings_digest, TARGET)
    spec = TrainingSpec(steps=30)
    same = digest(FlowSpec(seed=3), TrainingSpec(steps=30, seed=1, learning_rate=0.1))
    assert digest(FlowSpec(), spec) == same
    others = {digest(FlowSpec(layers=2), spec), digest(FlowSpec(), TrainingSpec(steps=31)), same}
    others.add(settings_digest(DrawingSpec(png=PNG_SIGNATURE + b"1"), FlowSpec(), spec))
    others.add(settings_digest(DrawingSpec(png=PNG_SIGNATURE + b"2"), FlowSpec(), spec))
    assert len(others) == 5


def test_summary_fits_80_columns() -> None:
    console = Console(width=80, file=StringIO(), record=True)
    console.print(summary_table(summarized([trial(1e-4, 0, -10.5)]), "gap"))
    text = console.export_text()
    assert all(heading in text for heading in HEADINGS)
    assert "-10.500" in text


def test_negative_gaps_are_plotted() -> None:
    assert trials_figure([trial(1e-3, seed, gap) for seed, gap in enumerate((-0.2, 0.1))]).axes[0].get_ylim()[0] < -0.2
    assert trials_figure([trial(1e-3, seed, gap) for seed, gap in enumerate((0.2, 0.1))]).axes[0].get_ylim()[0] == 0


@pytest.mark.parametrize(("figure", "words"), [("test_nll", "test NLL"), ("validation_nll", "validation NLL")])
def test_unknown_entropy_leaves_the_nll(figure: str, words: str) -> None:
    figures = {"validation_nll": -0.5, "test_nll": None, "gap": None} | {figure: -1 / 3}
    trials = [Trial("realnvp", 1e-3, seed, "completed", True, figures) for seed in range(3)]
    axes = trials_figure(trials).axes[0]
    assert axes.get_ylabel() == f"{words} (nats)"
    bottom, top = axes.get_ylim()
    assert bottom < -1 / 3 < top
    assert summarized(trials)[0].quartiles == pytest.approx((-1 / 3, -1 / 3, -1 / 3))
    assert summarized(trials)[0].validation_nll == pytest.approx(figures["validation_nll"])
    assert f"{words} -0.333 nats" in trials[0].sentence()


@pytest.mark.slow  # three processes load TensorFlow and compile
@pytest.mark.filterwarnings("ignore")  # of dask, when a worker dies
def test_no_trial_is_lost_or_counted_twice_when_a_worker_of_the_cluster_dies() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim = next(iter(client.run(os.getpid).values()))
        specs = [TrainingSpec(steps=30, learning_rate=rate) for rate in (1e-3, 1e-2)]
        trials: list[Trial] = []
        for done in run_trials(TARGET, FLOW, specs, range(4), backend="dask", scheduler=cluster.scheduler_address):
            if not trials:
                os.kill(victim, signal.SIGKILL)
            trials.append(done)
    assert sorted((t.learning_rate, t.seed) for t in trials) == [(r, s) for r in (1e-3, 1e-2) for s in range(4)]
    assert all(t.finite for t in trials)


def test_a_cluster_that_is_not_there_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.training.jobs.CLUSTER_SECONDS", 0.01)
    cluster = ("--backend", "dask", "--scheduler", "tcp://127.0.0.1:9")
    assert run("trials", "--text", "I", "--seeds", 1, "-o", tmp_path / "x.csv", *cluster) == 2
    assert "No Dask scheduler responds at tcp://127.0.0.1:9" in " ".join(capsys.readouterr().err.split())
