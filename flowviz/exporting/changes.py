"""What of a picture is another one than before."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


def changed_box(before: NDArray[Any] | None, now: NDArray[Any]) -> Box:
    """The smallest box that holds all changes between two pictures (height, width, ...).

    One pixel where there are none; all pixels where nothing is before.
    """
    height, width = now.shape[:2]
    if before is None:
        return 0, 0, width, height
    changed = before != now
    while changed.ndim > 2:
        changed = changed.any(axis=-1)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
