"""The setup of a step: what its keys set, and what they cannot set."""

import pytest

from flowviz.errors import SpecError
from flowviz.lessons import Setup


def test_camera_follows_no_zoom() -> None:
    for setup in (Setup(camera="fixed"), Setup(camera="follow")):
        assert (setup.view_changes(), setup.seen_changes()) == ({}, {"fitted": True})


def test_square_is_one_of_its_grid() -> None:
    assert Setup(grid=8, square=(8, 8)).view_changes() == {"grid_cells": 8, "square": (8, 8)}
    assert Setup(square=(5, 4)).view_changes() == {"grid_cells": 8, "square": (5, 4)}
    assert Setup(grid=16).view_changes() == {"grid_cells": 16, "square": None}
    assert Setup(square="clear").view_changes() == {"square": None}
    with pytest.raises(SpecError, match="outside the grid") as error:
        Setup(grid=8, square=(9, 1))
    assert error.value.place[0] == "grid"
    with pytest.raises(SpecError, match="cells along each side, not 7") as error:
        Setup(grid=7)
    assert error.value.place[0] == "grid"


def test_pace_holds_for_one_step_alone_and_the_camera_until_another_is_set() -> None:
    earlier = Setup(camera="fixed", pace=2.0, grid=8, square=(1, 1))
    assert Setup(stage=1).after(earlier).changes().keys() == {"stage", "camera", "grid", "square"}
    assert Setup(pace=1.0).after(earlier).pace == 1.0
    finer = Setup(grid=40).after(earlier)
    assert (finer.camera, finer.view_changes()) == ("fixed", {"grid_cells": 40, "square": None})
