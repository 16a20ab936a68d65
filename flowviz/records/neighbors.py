"""Local linear fits of the map of a stage to neighboring particles."""

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import FileError
from flowviz.records.trace import Trace

JUDGED = 1000  # particles at which the log-determinants of a stage are checked
NEIGHBORS = 8  # particles around each, to which a linear map is fitted
FLAT = 1e-4  # ratio of width to length below which neighbors lie on a line
TOLERANCE = 0.1, 0.3  # nats, and share of the estimate, by which the median may differ
LARGE, MANY = 0.1, 50  # nats, and number of estimates above it from which log-determinants are compared by ratio
FACTORS = -0.2, 1.5  # of correct flows, all are between 0.08 and 1.2: estimates at steep places are too large


def check_log_det(trace: Trace) -> None:
    """Check log-determinants against how far neighboring particles move apart or together.

    Raises:
        FileError: If those of a stage do not fit its positions.
    """
    if trace.log_det[0].any():
        raise FileError("The log_det of the base is not 0. It must be accumulated from the base, in nats.")
    for stage in range(1, len(trace.names)):
        found = estimated_log_det(trace.positions[stage - 1], trace.positions[stage])
        is_known = np.isfinite(found)
        given, found = trace.log_det_of(stage)[: len(found)][is_known], found[is_known]
        if len(found) >= NEIGHBORS and not _agree(given, found):
            raise FileError(
                f"The log_det of stage {stage} contradicts its positions: its median is {np.median(given):+.2f} nats "
                f"(80% are between {np.quantile(given, 0.1):+.2f} and {np.quantile(given, 0.9):+.2f}), but the "
                f"distances of neighboring particles give {np.median(found):+.2f} (80% are between "
                f"{np.quantile(found, 0.1):+.2f} and {np.quantile(found, 0.9):+.2f}). It must be log|det J| of the map "
                "from the base to the stage, accumulated over the stages."
            )


def _agree(given: NDArray[np.floating], found: NDArray[np.float64]) -> bool:
    """Return whether log-determinants (m,) agree with estimates (m,), which err where a map is not smooth."""
    limit = TOLERANCE[0] + TOLERANCE[1] * float(np.median(np.abs(found)))
    if abs(float(np.median(given - found))) > limit:
        return False
    changes = np.abs(found) > LARGE
    return changes.sum() < MANY or FACTORS[0] < float(np.median(given[changes] / found[changes])) < FACTORS[1]


def estimated_log_det(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """Estimate log|det J| (m,) of the map from positions (n, 2) to others (n, 2), at the first of the particles.

    It is that of the linear map that fits the neighbors of a particle best; NaN where they lie on a line.
    """
    from scipy.spatial import KDTree

    count = min(NEIGHBORS + 1, len(before))
    rows = KDTree(before).query(before[:JUDGED], count)[1].reshape(-1, count)
    start, end = (each.astype(np.float64)[rows] - each[: len(rows), None] for each in (before, after))
    is_flat = np.linalg.matrix_rank(start, rtol=FLAT) < 2
    with np.errstate(all="ignore"):
        found: NDArray[np.float64] = np.log(np.abs(np.linalg.det(np.linalg.pinv(start) @ end)))
    return np.where(is_flat | ~np.isfinite(found), np.nan, found)
