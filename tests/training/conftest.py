"""Fixtures of the tests of training."""

from collections.abc import Iterator

import pytest

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
