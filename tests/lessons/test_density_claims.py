"""Claims of the lesson about learning from a density: each number is measured, and found in its text."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from flowviz.targets import build_target
from flowviz.targets.blurred import Blurred
from tests.lessons.flows import compared, gap, lesson, says

LESSON = 12


@cache
def log_weights(name: str) -> NDArray[np.float64]:
    """Return the log of the density of the target, divided by that of a flow, at each of its particles."""
    trace = compared("two_ways")[name].trace
    target = build_target(compared("two_ways")[name].target)
    assert isinstance(target, Blurred)
    return target.log_prob(trace.positions[-1]) - trace.log_density(trace.last_stage)


def on_target(name: str) -> float:
    """Return the share of the particles of a flow that land on the letters."""
    found = compared("two_ways")[name].timeline.moments[-1].on_target
    assert found is not None
    return found


def test_one_flow_spreads_and_the_other_one_leaves_out_letters() -> None:
    says(LESSON, f"{on_target('density'):.0%}, but only {on_target('samples'):.0%} for *samples*.")
    says(LESSON, f"{1 - on_target('samples'):.0%} of its particles have missed the letters")
    says(LESSON, f"For *density*, it is {1 - on_target('density'):.0%}.", "three letters are missing")
    covered = {name: each.timeline.moments[-1].covered for name, each in compared("two_ways").projects.items()}
    assert covered == {"samples": 4, "density": 1, "weighted density": 4}


def test_letters_vanish_early() -> None:
    moments = {moment.step: moment.covered for moment in compared("two_ways")["density"].timeline.moments}
    assert moments == {0: 4, 50: 4, 250: 2, 450: 1, 4_000: 1}
    says(
        LESSON, "After 50 steps, the cloud still covered all 4 letters, after 250 steps only 2, and after 450 steps 1."
    )


def test_each_flow_is_good_by_its_own_measure_only() -> None:
    density, samples = compared("two_ways")["density"], compared("two_ways")["samples"]
    says(LESSON, f"*density* has a gap of {gap(density):.0f} nats")
    assert gap(samples) < 1
    losses = density.history.loss[~np.isnan(density.history.loss)]
    assert losses[-1] < 0.7 * losses[0]  # "It falls nicely"
    assert -log_weights("density").mean() < 1.2 < -log_weights("samples").mean()
    says(LESSON, f"log 2 = {np.log(2):.2f}")


def test_strays_weigh_more_than_others() -> None:
    weights, heavy = np.exp(log_weights("density")), log_weights("density") > np.log(10)
    says(LESSON, f"{heavy.sum()} of its {len(weights):,} particles weigh more than 10")
    x = compared("two_ways")["density"].trace.positions[-1][:, 0]
    assert (x[heavy] > np.percentile(x, 99)).mean() > 0.5  # "strays at the right of the M"
    shares = [compared("two_ways")[name].timeline.moments[-1].effective_share for name in ("density", "samples")]
    says(LESSON, *(f"{share:.1%}" for share in shares if share is not None))


def test_the_last_step_begins_with_the_training_of_the_comparison() -> None:
    setup = lesson(LESSON).steps[-1].setup
    assert setup.training_spec == compared("two_ways")["density"].training
    objectives = [each.training.objective for each in compared("two_ways").projects.values()]
    assert objectives == ["samples", "density", "weighted_density"]
