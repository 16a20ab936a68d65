"""Antialiased discs, thousands of them in a few milliseconds, with numpy."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PHASES = 8  # a disc is placed to an eighth of a pixel
RGBA = NDArray[np.uint8]  # (height, width, 4)


class Canvas:
    """A picture to draw discs on. Later discs cover earlier ones."""

    def __init__(self, background: RGBA, diameter: float) -> None:
        """`background` (height, width, 4) is copied; `diameter` of the discs in pixels."""
        self._coverage = disc_coverage(round(diameter, 3))
        self._margin = self._coverage.shape[-1] + 1  # a disc that begins in the picture ends in the margin
        height, width, _ = background.shape
        self._size = np.array([width, height])
        self._pixels = np.empty((height + 2 * self._margin, width + 2 * self._margin), np.uint32)
        self._inner[:] = background.view(np.uint32)[..., 0]

    def draw_discs(self, centers: NDArray[np.floating], colors: NDArray[np.uint8]) -> None:
        """Draw discs at `centers` (n, 2), in pixels from the upper left corner, in `colors` (n, 3)."""
        middle = self._coverage.shape[-1] // 2
        with np.errstate(invalid="ignore"):
            visible = ((centers > -middle) & (centers < self._size + middle)).all(axis=1)  # false for NaN
        centers, colors = centers[visible], np.pad(colors[visible], ((0, 0), (0, 1)), constant_values=255)
        whole = np.floor(centers)
        corners = whole.astype(np.int32) - middle
        phases = ((centers - whole) * PHASES).astype(np.int32)
        coverage = self._coverage[phases[:, 1], phases[:, 0]]  # (n, side, side)
        width = self._pixels.shape[1]
        start = (corners[:, 1] + self._margin) * width + corners[:, 0] + self._margin
        flat, foreground = self._pixels.reshape(-1), colors.astype(np.int16)
        for row, column in _rim_first(self._coverage):
            _blend(flat, start + row * width + column, foreground, coverage[:, row, column])

    def draw_layer(self, layer: "Layer") -> None:
        """Lay a mostly clear picture over this one."""
        where = (layer.rows + self._margin) * self._pixels.shape[1] + layer.columns + self._margin
        _blend(self._pixels.reshape(-1), where, layer.colors, layer.alpha)

    def picture(self) -> RGBA:
        """The picture (height, width, 4) as it is now; a copy."""
        return np.ascontiguousarray(self._inner).view(np.uint8).reshape(*self._inner.shape, 4)

    @property
    def _inner(self) -> NDArray[np.uint32]:
        return self._pixels[self._margin : -self._margin, self._margin : -self._margin]


class Layer:
    """The pixels of a mostly clear picture that are not clear: what to lay over others, quickly."""

    def __init__(self, picture: RGBA) -> None:
        """`picture` (height, width, 4)."""
        self.rows, self.columns = np.nonzero(picture[..., 3])
        self.colors = picture[self.rows, self.columns].astype(np.int16)
        self.alpha = np.round(self.colors[:, 3] * (128 / 255)).astype(np.int16)
        self.colors[:, 3] = 255


def _blend(
    flat: NDArray[np.uint32], where: NDArray[np.integer], color: NDArray[np.int16], alpha: NDArray[np.int16]
) -> None:
    """Mix `color` (n, 4) into the pixels `where` (n,) of a flat picture, alpha (n,) of 128."""
    old = flat[where].view(np.uint8).reshape(-1, 4).astype(np.int16)
    mixed = old + ((color - old) * alpha[:, None] >> 7)
    flat[where] = mixed.astype(np.uint8).view(np.uint32)[:, 0]


@lru_cache(maxsize=32)
def disc_coverage(diameter: float) -> NDArray[np.int16]:
    """How much of each pixel a disc covers, 0 to 128: (phase y, phase x, side, side).

    The disc's center lies in the middle pixel, at (phase + 1/2) / PHASES from its upper left corner.
    """
    radius = diameter / 2
    side = 2 * int(np.ceil(radius + 0.5)) + 1
    phase = (np.arange(PHASES) + 0.5) / PHASES
    offset = np.arange(side) + 0.5 - (side - 1) / 2 - phase[:, None]  # (phase, side): from center to pixel center
    distance = np.hypot(offset[:, None, :, None], offset[None, :, None, :])
    peak = min(1.0, np.pi * radius**2)  # a disc smaller than a pixel is a fainter pixel
    return np.round(np.clip(radius + 0.5 - distance, 0, 1) * peak * 128).astype(np.int16)


def _rim_first(coverage: NDArray[np.int16]) -> list[tuple[int, int]]:
    """The pixels of a disc, from its rim to its middle, so that no disc's soft rim lies on another's middle."""
    middle = coverage.shape[-1] // 2
    covered = [(int(row), int(column)) for row, column in np.argwhere(coverage.any(axis=(0, 1)))]
    return sorted(covered, key=lambda pixel: -np.hypot(pixel[0] - middle, pixel[1] - middle))
