"""Cautious parsing of the header of a safetensors file, which may be damaged or malicious.

The file begins with the length of the header, 8 bytes little-endian. The header is a JSON object: `__metadata__` maps
names to texts; every other key maps the name of an array to its type, shape and position.

Reference: https://github.com/huggingface/safetensors#format
"""

import json
from pathlib import Path
from typing import Any

from flowviz.errors import FileError

PROJECT, COMPARISON = "flowviz", "flowviz-comparison"  # keys of the metadata, one for each kind of file
START_BYTES = 4096  # enough to recognize a file by its metadata
FREE_BYTES = 2**21  # memory that the metadata of even a small file may take
MAX_FREE_HEADER = 2**17  # bytes; in a large file, the header may take a quarter
VALUE_BYTES = 256  # upper bound on the memory of a JSON value
NOT_OURS = {PROJECT: "It is not a flowviz project.", COMPARISON: "It is not a comparison that flowviz saved."}
OTHERS = {
    PROJECT: (COMPARISON, "It is a comparison of several flows, not a single project."),
    COMPARISON: (PROJECT, "It is a single project, not a comparison of several flows."),
}
STRUCTURE = (b"[", b"{", b",", b":")  # their count is an upper bound on the number of values in JSON


def holds(content: bytes, key: str) -> bool:
    """Return whether a content begins like that of a file of a kind, `PROJECT` or `COMPARISON`. It may be damaged."""
    start = content[8 : min(START_BYTES, 8 + int.from_bytes(content[:8], "little"))]
    return start.startswith(b'{"__metadata__":') and f'"{key}":'.encode() in start


def file_holds(path: Path, key: str) -> bool:
    """Return whether a file begins like one of a kind, `PROJECT` or `COMPARISON`."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return holds(file.read(START_BYTES), key)
    except (OSError, ValueError):
        return False


def metadata(content: bytes, key: str) -> dict[str, Any]:
    """Return the parsed JSON text under the key of a kind of file in the metadata.

    The size of the header is checked before it is parsed, so that a small file cannot take a lot of memory.

    Raises:
        FileError: If the content is not that of such a file, or if its header is too large.
    """
    other, sentence = OTHERS[key]
    if holds(content, other):
        raise FileError(sentence)
    length = int.from_bytes(content[:8], "little")
    if length > min(len(content) - 8, max(MAX_FREE_HEADER, len(content) // 4)):
        raise FileError(NOT_OURS[key])
    header = content[8 : 8 + length]
    values = sum(header.count(sign) for sign in STRUCTURE)
    if not header.isascii() or values * VALUE_BYTES > max_memory(len(content)):
        raise FileError(NOT_OURS[key])
    try:
        text = json.loads(json.loads(header)["__metadata__"][key])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError(NOT_OURS[key]) from error
    return text if isinstance(text, dict) else {}


def max_memory(size: int) -> int:
    """Return how many bytes of memory the metadata of a file of `size` bytes may take once it is parsed.

    With this limit, opening the file takes at most 4 times its size in total.
    """
    return max(FREE_BYTES, size)
