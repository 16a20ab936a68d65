"""Fixtures of the tests of training."""

from collections.abc import Iterator

import pytest

from flowviz.flows import Flow
from flowviz.specs import TextSpec
from flowviz.targets import Ink, build_target


@pytest.fixture(scope="module")
def target() -> Ink:
    return build_target(TextSpec(text="I"))


@pytest.fixture(scope="module")
def short_chunks() -> Iterator[None]:
    """Train in chunks of at most 20 steps from here on in a module, so that few steps are many chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.training.schedule.MAX_CHUNK_STEPS", 20)
        yield


@pytest.fixture(scope="module")
def few_points() -> Iterator[None]:
    """Show and score flows with 500 points from here on in a module: thousands take longer than a short training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.training.scoring.SCORING_POINTS", 500)
        patch.setattr(Flow.particles, "__defaults__", (500, 0))
        yield
