"""Many trainings: on this machine's processes, and on a cluster one of whose workers dies."""

import csv
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from flowviz.records import Trial, summarized, to_csv
from flowviz.rendering.trials import write_plot
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.training.trials import run_trials
from tests.test_cli import run

TARGET, FLOW = TextSpec(text="I"), FlowSpec(layers=1, width=2, depth=1)


def trial(rate: float, seed: int, gap: float | None, finite: bool = True) -> Trial:
    return Trial("realnvp", rate, seed, "completed", finite, {"gap": gap, "recoveries": 1})


def test_the_command_writes_a_line_a_trial_and_a_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("--layers", 1, "--width", 2, "--depth", 1, "--steps", 30)
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
    with Image.open(tmp_path / "trials.png") as plot:
        assert plot.size == (1200, 675)
    assert "Quartiles" in capsys.readouterr().err


def test_quartiles_are_those_of_the_finite_runs_at_each_rate() -> None:
    trials = [trial(1e-3, seed, gap) for seed, gap in enumerate([0.1, 0.2, 0.3, 0.4, 0.5])]
    trials += [trial(1e-2, 0, None), trial(1e-1, 0, 9.0, finite=False)]
    first, second, third = summarized(trials)
    assert (first.runs, first.finite, first.recoveries) == (5, 5, 5)
    assert first.gap_quartiles == pytest.approx((0.2, 0.3, 0.4))
    assert second.gap_quartiles is None
    assert (third.finite, third.gap_quartiles) == (0, None)


def test_a_plot_without_a_single_gap_is_still_a_plot(tmp_path: Path) -> None:
    write_plot([trial(1e-2, 0, None), trial(1e-3, 0, 0.5)], tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000
    assert to_csv([trial(1e-2, 0, None)]).splitlines()[0].startswith("family,learning_rate,seed")


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
    monkeypatch.setattr("flowviz.training.trials.CLUSTER_SECONDS", 0.5)
    cluster = ("--backend", "dask", "--scheduler", "tcp://127.0.0.1:9")
    assert run("trials", "--text", "I", "--seeds", 1, "-o", tmp_path / "x.csv", *cluster) == 2
    assert "no Dask scheduler at tcp://127.0.0.1:9" in " ".join(capsys.readouterr().err.split())
