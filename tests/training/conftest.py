"""Fixtures of the tests of training."""

import pytest

from flowviz.specs import TextSpec
from flowviz.targets import Ink, build_target


@pytest.fixture(scope="module")
def target() -> Ink:
    return build_target(TextSpec(text="I"))
