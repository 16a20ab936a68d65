"""Equality of records that contain arrays."""

import numpy as np
import pytest

from flowviz.records import Scene, untrained_trace
from flowviz.specs import FlowSpec


@pytest.mark.parametrize("mask", [None, np.zeros(3, np.bool_), np.ones(2, np.bool_)])
def test_records_with_and_without_an_array_are_different(mask: object) -> None:
    trace, known = untrained_trace(FlowSpec()), np.ones(3, np.bool_)
    for one, other in ((known, mask), (mask, known)):
        assert Scene(trace, leaked=one) != Scene(trace, leaked=other)  # type: ignore[arg-type]
    assert Scene(trace, leaked=known) == Scene(trace, leaked=known.copy())
