"""`flowviz compare` with several seeds and learning rates, and the former `flowviz trials`, which prints it."""

import csv
import json
import shlex
from pathlib import Path

import pytest

from flowviz.cli.messages import steadiness_sentences, validation_sentence
from flowviz.cli.trials import converted
from flowviz.projects import load_comparison
from flowviz.records import Trial
from flowviz.specs import TrainingSpec
from tests.cli.test_comparison import FakeRuns, runs  # noqa: F401  # a fixture
from tests.test_cli import run

SWEEP = "--text I --steps 30 --learning-rates 1e-2,1e-3 --seeds 2"


def trial(name: str, seed: int, ending: str = "completed", **figures: float | None) -> Trial:
    return Trial("nice", 1e-3, seed, ending, ending == "completed", figures, name=name)  # type: ignore[arg-type]


def test_each_family_is_trained_with_each_rate_and_seed(runs: FakeRuns, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert run("compare", *f"{SWEEP} --flow nice,glow -o out/".split()) == 0
    names = [f"{family}, rate {rate}" for family in ("nice", "glow") for rate in (0.001, 0.01)]
    assert runs.asked == [(name, seed) for seed in (0, 1) for name in names]
    assert "Of 8 runs, none diverged, failed or was unsteady." in capsys.readouterr().err
    found = load_comparison(Path("out/comparison.flowviz"))
    assert [each.training.learning_rate for each in found.spec.entrants] == [0.001, 0.01, 0.001, 0.01]
    assert run("compare", *f"{SWEEP} --flow nice,glow -o out/ --seeds 3".split()) == 0
    assert runs.asked == [(name, 2) for name in names], "more seeds belong to the same series"


def test_file_with_one_training_is_a_comparison_of_one_flow(runs: FakeRuns) -> None:  # noqa: F811
    plan = {
        "target": {"kind": "text", "text": "I"},
        "flow": {"family": "glow", "layers": 1},
        "training": {"steps": 9, "patience": 3},
    }
    Path("plan.json").write_text(json.dumps(plan), encoding="utf-8")
    assert run("compare", "plan.json", "--seeds", 2, "--batch", 64, "-o", "out/") == 0
    assert runs.asked == [("glow", 0), ("glow", 1)]
    (entrant,) = load_comparison(Path("out/comparison.flowviz")).spec.entrants
    assert (entrant.flow.layers, entrant.training) == (1, TrainingSpec(steps=9, patience=3, batch=64))


def test_summary_counts_what_went_wrong_and_names_validation_nlls() -> None:
    trials = [
        trial("a", 0, validation_nll=1.0, recoveries=2),
        trial("a", 1, validation_nll=2.0, recoveries=0, largest_rise=0.15),
        trial("a", 2, validation_nll=4.0, recoveries=0, largest_rise=0.05),
        trial("b", 0, "diverged", validation_nll=9.0, recoveries=0),
        trial("b", 1, "failed"),
        trial("c", 0, validation_nll=-0.5, recoveries=0, largest_rise=None),
    ]
    assert steadiness_sentences(trials) == "Of 6 runs, 1 diverged, 1 failed, 2 were unsteady."
    said = validation_sentence(trials)
    assert said == "Choose by the median validation NLL: 2.000 nats (a), -0.500 nats (c)."


def test_runs_without_an_inverse_somewhere_do_not_lower_the_median() -> None:
    trials = [
        *(trial("a", seed, validation_nll=nll) for seed, nll in enumerate([1.0, None, 2.0])),
        *(trial("b", seed, validation_nll=nll) for seed, nll in enumerate([1.0, None, None])),
    ]
    assert validation_sentence(trials) == "Choose by the median validation NLL: 2.000 nats (a)."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("--text BRAD --seeds 20 -o t.csv", "--text BRAD --seeds 20 -o t --flow realnvp"),
        ("--text B --flow nice --output=t.csv", "--text B --flow nice -o t --seeds 5"),
        ("--shape moons --preset sharp -o a/t.csv --seeds=3", "--shape moons --flow spline -o a/t --seeds 3"),
        (
            "--text B --preset straight --plot p.png -o t.csv --seeds 3",
            "--text B --flow flow_matching --pairing transport -o t --seeds 3",
        ),
        ("--spec plan.json -o t.csv --seeds 1 --force", "plan.json -o t --seeds 1 --force"),
        (
            "--text B --learning-rates 1e-3,1e-2 --layers 2 --jobs 1 -o t.csv",
            "--text B --learning-rates 1e-3,1e-2 --layers 2 --jobs 1 -o t --flow realnvp --seeds 5",
        ),
    ],
)
def test_former_command_prints_the_one_in_its_place(old: str, new: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert converted(old.split()) == new.split()
    assert run("trials", *old.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == f"flowviz compare {new}\n"
    assert "columns of table.csv" in captured.err


def test_command_that_is_printed_runs(runs: FakeRuns, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert run("trials", *SWEEP.split(), "--width", 4, "-o", "my trials.csv") == 2
    program, *words = shlex.split(capsys.readouterr().out)
    assert program == "flowviz"
    assert run(*words) == 0
    assert len(runs.asked) == 4
    with Path("my trials/table.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 4


def test_unknown_preset_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("trials", "--text", "I", "--preset", "x", "-o", "t.csv") == 2
    assert "There is no preset 'x'. Choose one of post" in capsys.readouterr().err
