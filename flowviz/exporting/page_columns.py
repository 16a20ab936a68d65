"""The numbers of a web page: 16-bit integers, each column of which is stored once."""

from base64 import b64encode

import numpy as np
from numpy.typing import NDArray

UNKNOWN = 2**16 - 1  # the code for NaN
STEPS = UNKNOWN - 1  # between the limits of a column
REACH = 40.0  # half widths of the central particles; those beyond are drawn at this distance, outside of every picture
TINY = 1e-30  # replaces 0 in divisors
Part = tuple[int, int]  # the first byte, and the number of bytes


class PageColumns:
    """Collects the columns of a page. A layer that leaves a coordinate as it is, or swaps two, adds nothing."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._columns: list[tuple[int | None, int, float, float]] = []
        self._numbers: dict[bytes, int] = {}
        self._parts: dict[bytes, Part] = {}

    def add(self, values: NDArray[np.floating]) -> int:
        """Add values (n,), and return the number of their column. Infinite values become the nearest limit."""
        content = np.ascontiguousarray(values, np.float32)
        if (number := self._numbers.get(content.tobytes())) is not None:
            return number
        finite = content[np.isfinite(content)].astype(np.float64)
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
        start = None
        unknown = np.isnan(content)
        if high > low or unknown.any():
            known = np.nan_to_num(content.astype(np.float64), nan=low, posinf=high, neginf=low)
            shares = (known - low) / max(high - low, TINY)
            start, _ = self.add_bytes(np.where(unknown, UNKNOWN, np.round(STEPS * shares)).astype("<u2").tobytes())
        self._columns.append((start, len(content), low, high))
        self._numbers[content.tobytes()] = len(self._columns) - 1
        return len(self._columns) - 1

    def add_coordinate(self, values: NDArray[np.floating], low: float, high: float) -> int:
        """Add one coordinate (n,) of particles, most of which lie between two limits, and return its column.

        A few that lie very far away are moved nearer, because they would coarsen the steps of all others.
        """
        middle, half = (low + high) / 2, REACH * max((high - low) / 2, 1e-9)
        far = np.nan_to_num(values, nan=middle + half, posinf=middle + half, neginf=middle - half)
        return self.add(far.clip(middle - half, middle + half))

    def add_bytes(self, content: bytes) -> Part:
        """Add bytes that are not there yet, and return their place."""
        if content not in self._parts:
            self._parts[content] = len(self._bytes), len(content)
            self._bytes += content
        return self._parts[content]

    def as_json(self) -> dict[str, object]:
        """Return the places and limits of all columns in the `content`, in a form for JSON."""
        return {"columns": self._columns}

    @property
    def content(self) -> bytes:
        """Return the bytes of all columns."""
        return bytes(self._bytes)


def data_url(kind: str, content: bytes) -> str:
    """Return an address that contains some content of a media type."""
    return f"data:{kind};base64,{b64encode(content).decode()}"
