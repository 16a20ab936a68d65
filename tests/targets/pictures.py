"""Pictures as the content of files."""

from io import BytesIO
from typing import Any

from PIL import Image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """The picture in some format."""
    file = BytesIO()
    image.save(file, form, **{"method": 0, **options})  # the fastest of WebP, the same picture
    return file.getvalue()


def png(image: Image.Image) -> bytes:
    """The picture as PNG."""
    return encoded(image, "PNG")
