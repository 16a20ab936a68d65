"""The contents of files in specs: bytes in Python, base64 in JSON."""

import base64
import binascii
from typing import Any

from pydantic import PlainSerializer

BASE64 = PlainSerializer(lambda content: base64.b64encode(content).decode("ascii"), when_used="json")


def decoded(content: Any) -> Any:
    """Decode base64 text to bytes, and return anything else unchanged. Raises `ValueError`."""
    if not isinstance(content, str):
        return content
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError("The content of a file is not valid base64.") from error
