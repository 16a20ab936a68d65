"""The table of trials as CSV, also as older versions wrote it."""

from unittest.mock import Mock

import numpy as np
import pytest

from flowviz.records import History, Measured, Score, Trial, Weights, to_csv
from flowviz.records.trial import from_csv
from flowviz.specs import FlowSpec, TrainingSpec
from tests.cli.test_outputs import OLD_TABLE


def trial(rate: float, seed: int, gap: float | None, finite: bool = True) -> Trial:
    return Trial("realnvp", rate, seed, "completed", finite, {"test_nll": 1 / 3, "gap": gap, "recoveries": 1})


def failed(rate: float, seed: int) -> Trial:
    return Trial("realnvp", rate, seed, "failed", False, {}, "its process was killed")


def test_a_table_gives_back_its_trials() -> None:
    trials = [trial(1e-3, 0, -1 / 3), trial(1e-2, 1, None, finite=False), failed(1e-1, 2)]
    assert from_csv(to_csv(trials)) == trials
    assert to_csv(trials).splitlines()[0].startswith("family,learning_rate,seed")


@pytest.mark.parametrize("cut", [1, 2, 5, 30])  # bytes at the end
def test_line_that_was_cut_off_is_ignored(cut: int) -> None:
    trials = [trial(1e-3, 0, -1 / 3), failed(1e-1, 2)]
    assert from_csv(to_csv(trials)[:-cut]) == trials[:1]


def test_table_of_an_older_version_is_readable() -> None:
    completed, killed = from_csv(OLD_TABLE)
    assert completed == Trial("affine", 0.001, 0, "completed", True, {"steps": 20, "gap": 0.25})
    assert killed == Trial("affine", 0.001, 1, "failed", False, {}, "killed")


def test_columns_are_those_of_the_table_of_an_older_version() -> None:
    header = to_csv([Trial("affine", 0.001, 0, "completed", True, {"steps": 20, "gap": 0.25})]).splitlines()[0]
    assert OLD_TABLE.startswith(f"{header},settings")


@pytest.mark.parametrize("content", ["x,y\n1,2\n", "family,learning_rate,seed\n"])
def test_table_of_something_else_is_not_one(content: str) -> None:
    with pytest.raises(ValueError, match="columns are missing"):
        from_csv(content)


@pytest.mark.parametrize(("figure", "words"), [("test_nll", "test NLL"), ("validation_nll", "validation NLL")])
def test_unknown_entropy_leaves_the_nll(figure: str, words: str) -> None:
    figures = {"validation_nll": -0.5, "test_nll": None, "gap": None} | {figure: -1 / 3}
    assert f"{words} -0.333 nats" in Trial("realnvp", 1e-3, 0, "completed", True, figures).sentence()


@pytest.mark.parametrize(
    ("nll", "can_fold", "is_finite"), [(1.0, False, True), (np.inf, False, False), (np.nan, True, True)]
)
def test_a_run_whose_nll_overflows_is_not_finite_but_one_without_an_inverse_is(
    nll: float, can_fold: bool, is_finite: bool
) -> None:
    score = Score(1, None, Measured.of(np.array([1.0, 2.0, nll]), "test", can_fold=can_fold))
    end = Mock(score=score, ending="completed", weights=Weights({}, {}))
    end.trace.positions = np.zeros((1, 1, 2))
    end.in_units.return_value.figures.return_value = {"test_nll": score.test_nll}
    assert Trial.of("a", FlowSpec(), TrainingSpec(steps=1), end, History()).finite == is_finite
