"""Images of Qt that are made from pixels."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QImage

OPAQUE, TRANSPARENT = QImage.Format.Format_RGBX8888, QImage.Format.Format_RGBA8888


def image_of(pixels: NDArray[np.uint8], ratio: float = 1.0, form: QImage.Format = OPAQUE) -> QImage:
    """Return an image of pixels (height, width, channels), with `ratio` pixels beside each other in a logical one."""
    height, width, channels = pixels.shape
    image = QImage(pixels.tobytes(), width, height, channels * width, form).copy()  # only a copy owns its pixels
    image.setDevicePixelRatio(ratio)
    return image
