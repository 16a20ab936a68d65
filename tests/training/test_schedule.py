import numpy as np
import pytest

from flowviz.specs import TrainingSpec
from flowviz.training.schedule import Budget, learning_rates


def test_the_rate_warms_up_and_decays() -> None:
    spec = TrainingSpec(steps=1000, learning_rate=1e-2, warmup_steps=100)
    steps = np.arange(1000)
    rates = learning_rates(spec, 15_000, steps, steps / 1000)
    assert rates[0] == pytest.approx(1e-4, rel=0.01)
    assert rates.argmax() == pytest.approx(99, abs=2)
    assert (np.diff(rates[100:]) <= 0).all()
    assert 0 < rates[-1] < 1e-4


def test_the_rate_of_long_trainings_falls_with_the_inverse_square_root_of_the_steps() -> None:
    spec = TrainingSpec(steps=1_000_000, learning_rate=1e-2)
    steps, fractions = np.array([1_000, 10_000, 60_000, 240_000]), np.full(4, 0.2)
    first, early, middle, late = learning_rates(spec, 15_000, steps, fractions)
    assert first == early > middle == pytest.approx(2 * late, rel=1e-3)
    assert learning_rates(spec, 2_500, steps, fractions)[1] == pytest.approx(first / 2, rel=1e-3)


def test_a_long_warm_up_reaches_the_peak() -> None:
    spec = TrainingSpec(steps=1_000_000, learning_rate=1e-2, warmup_steps=60_000)
    assert learning_rates(spec, 15_000, np.array([59_999]), np.zeros(1)) == pytest.approx(1e-2, rel=0.01)


def test_rates_are_finite_for_a_state_from_before_the_budget() -> None:
    budget = Budget(TrainingSpec(seconds=10), step=50, seconds=1.0, start_step=80)
    assert budget.steps_spent == 0
    assert (budget.rates(5, 15_000) > 0).all()


def test_chunks_end_on_the_budget_of_steps() -> None:
    assert Budget(TrainingSpec(steps=250), 200, 1.0).steps_ahead(100) == 50
    assert Budget(TrainingSpec(steps=250), 250, 1.0).steps_ahead(100) == 0


def test_chunks_end_on_the_budget_of_seconds() -> None:
    spec = TrainingSpec(seconds=10)
    assert Budget(spec, 1000, 5.0).steps_ahead(100) == 100
    assert Budget(spec, 1980, 9.9).steps_ahead(100) == 20
    assert Budget(spec, 2000, 10.0).steps_ahead(100) == 0


def test_free_steps_and_seconds_leave_the_rest_of_the_budget_as_it_was() -> None:
    budget = Budget(TrainingSpec(seconds=10), 150, 5.0, 20, 1.0).free_since(100, 3.0)
    assert (budget.step, budget.seconds, budget.fraction) == (150, 5.0, 0.2)
    assert (budget.start_step, budget.seconds_left) == (70, 8.0)


def test_time_left() -> None:
    assert Budget(TrainingSpec(steps=300), 100, 2.0).seconds_left == pytest.approx(4)
    assert Budget(TrainingSpec(seconds=10), 100, 2.0).seconds_left == 8


def test_the_blur_falls_to_0_in_the_first_steps_of_a_flow() -> None:
    long = Budget(TrainingSpec(steps=100_000), 0, 0.0)
    assert long.blurs(1001)[[0, 500, 1000]] == pytest.approx([1, 0.5, 0])
    assert not Budget(TrainingSpec(steps=100_000), 1000, 1.0, start_step=1000).blurs(100).any(), "a new budget"


def test_the_blur_of_a_short_training_falls_to_0_in_a_tenth_of_its_budget() -> None:
    assert Budget(TrainingSpec(steps=1000), 0, 0.0).blurs(200)[[0, 50, 100, 199]] == pytest.approx([1, 0.5, 0, 0])
    assert Budget(TrainingSpec(seconds=1), 50, 0.05).blurs(1) == pytest.approx(0.5)
