"""The header of a safetensors file, of which hardly anything is believed.

The file begins with the header's length, 8 bytes little-endian. The header is JSON: under `__metadata__` texts by name,
else the type, the shape and the place of each array.
"""

import json
from typing import Any

from flowviz.errors import FileError

FREE_BYTES = 2**21  # of memory, which also a small file may take
LARGEST_FREE_HEADER = 2**17  # bytes, in a small file; of a large one it may be a quarter
VALUE_BYTES = 256  # of memory, for a value of JSON, at most
STRUCTURE = (b"[", b"{", b",", b":")  # there are no more values in JSON than these


def holds_project(start: bytes) -> bool:
    """Return whether a file that begins so looks like a project, damaged or not."""
    return start[8:].startswith(b'{"__metadata__":') and b'"flowviz":' in start


def metadata(content: bytes) -> dict[str, Any]:
    """The JSON under `flowviz` of the metadata. Raises `FileError`, before a large thing is made from a small file."""
    length = int.from_bytes(content[:8], "little")
    if length > min(len(content) - 8, max(LARGEST_FREE_HEADER, len(content) // 4)):
        raise FileError("It is not a flowviz project.")
    header = content[8 : 8 + length]
    values = sum(header.count(sign) for sign in STRUCTURE)
    if not header.isascii() or values * VALUE_BYTES > most_memory(len(content)):
        raise FileError("It is not a flowviz project.")
    try:
        text = json.loads(json.loads(header)["__metadata__"]["flowviz"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError("It is not a flowviz project.") from error
    return text if isinstance(text, dict) else {}


def most_memory(size: int) -> int:
    """The bytes that what is told of the arrays of a file, of `size` bytes, may take: so that all takes 4 times it."""
    return max(FREE_BYTES, size)
