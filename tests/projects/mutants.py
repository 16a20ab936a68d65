"""Files that were written whole and then damaged, by chance or on purpose."""

import json
import random
import struct
from collections.abc import Callable
from typing import Any

Text = dict[str, Any]
Mutate = Callable[[bytes, random.Random], bytes]

DTYPES = ["F64", "F16", "BF16", "I8", "U8", "BOOL", "I64", "U16", "C64", "F8_E4M3", "O", "", None, 7]
JUNK: list[Callable[[], Any]] = [
    lambda: None,
    lambda: True,
    lambda: -1,
    lambda: 0,
    lambda: 10**300,
    lambda: 2**63,
    lambda: 1e308,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: 0.5,
    lambda: "",
    lambda: "__import__('os').abort()",
    lambda: "😀" * 1000,
    lambda: "x" * 10_000,
    list,
    dict,
    lambda: [[]] * 1000,
    lambda: {str(number): number for number in range(1000)},
    lambda: {"content": 0},
    lambda: {"content": 99},
    lambda: {"kind": "points", "data": "AAAAAAAAAAA="},
    lambda: json.loads("[" * 500 + "]" * 500),
]
SHAPES: list[Any] = [
    [2**62, 4],
    [2**64 - 1],
    [2**64],
    [-1],
    [-(2**63), 2],
    [0],
    [0, 2**63],
    [1] * 100,
    [1.5],
    ["2"],
    [],
    None,
    10**9,
    [10**9],
    [[3]],
]


def mutant(content: bytes, dice: random.Random) -> bytes:
    """The content, damaged in one way or another."""
    return dice.choice(MUTATIONS)(content, dice)


def parts(content: bytes) -> tuple[Text, Text, bytes]:
    """The arrays of the header, the JSON of the project, and the data."""
    end = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:end])
    text = json.loads(header.pop("__metadata__")["flowviz"])
    return header, text, content[end:]


def joined(header: Text, text: Any, data: bytes) -> bytes:
    """A file of these; as `parts` takes it apart."""
    return with_header(json.dumps({"__metadata__": {"flowviz": json.dumps(text)}, **header}).encode(), data)


def with_header(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _cut_header(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(8 + struct.unpack("<Q", content[:8])[0])]


def _longer(content: bytes, dice: random.Random) -> bytes:
    return content + dice.randbytes(dice.randrange(1, 1000))


def _flipped(content: bytes, dice: random.Random) -> bytes:
    return _flips(content, dice, len(content))


def _flipped_header(content: bytes, dice: random.Random) -> bytes:
    return _flips(content, dice, 8 + struct.unpack("<Q", content[:8])[0])


def _flips(content: bytes, dice: random.Random, end: int) -> bytes:
    damaged = bytearray(content)
    for _ in range(dice.choice([1, 1, 3, 30])):
        damaged[dice.randrange(end)] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def _other_length(content: bytes, dice: random.Random) -> bytes:
    length = struct.unpack("<Q", content[:8])[0]
    new = dice.choice([0, 1, length - 1, length + 1, len(content), len(content) - 8, 10**8, 2**63, 2**64 - 1])
    return struct.pack("<Q", new) + content[8:]


def _not_finite(content: bytes, dice: random.Random) -> bytes:
    header, _, data = parts(content)
    begin, end = dice.choice([entry["data_offsets"] for entry in header.values()])
    start, at = len(content) - len(data), 4 * dice.randrange(begin // 4, max(begin // 4 + 1, end // 4))
    number = struct.pack("<f", dice.choice([float("nan"), float("inf"), -float("inf")]))
    return content[: start + at] + number + content[start + at + 4 :]


def _overwritten(content: bytes, dice: random.Random) -> bytes:
    at, size = dice.randrange(len(content)), dice.randrange(1, 5000)
    return content[:at] + dice.choice([bytes(size), dice.randbytes(size)]) + content[at + size :]


def _json_changed(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    holder, key = dice.choice(_places(text))
    holder[key] = dice.choice(JUNK)()
    return joined(header, text, data)


def _json_lacking(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    holder, key = dice.choice(_places(text))
    del holder[key]
    return joined(header, text, data)


def _json_exchanged(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    (one, key), (other, other_key) = dice.choice(_places(text)), dice.choice(_places(text))
    one[key] = json.loads(json.dumps(other[other_key]))
    return joined(header, text, data)


def _json_whole(content: bytes, dice: random.Random) -> bytes:
    header, _, data = parts(content)
    return joined(header, dice.choice(JUNK)(), data)


def _places(text: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON, as its holder and the key there."""
    keys = list(text) if isinstance(text, dict) else range(len(text)) if isinstance(text, list) else []
    return [place for key in keys for place in ((text, key), *_places(text[key]))]


def _array_retyped(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    _any_array(header, dice)["dtype"] = dice.choice(DTYPES)
    return joined(header, text, data)


def _array_reshaped(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    _any_array(header, dice)["shape"] = dice.choice(SHAPES)
    return joined(header, text, data)


def _array_viewed(content: bytes, dice: random.Random) -> bytes:
    """Of another type and shape, but of the same size: valid to safetensors."""
    header, text, data = parts(content)
    entry = _any_array(header, dice)
    begin, end = entry["data_offsets"]
    dtype, size = dice.choice([("U8", 1), ("I8", 1), ("BOOL", 1), ("BF16", 2), ("F16", 2), ("I32", 4), ("F64", 8)])
    count = (end - begin) // size
    entry |= {"dtype": dtype, "shape": dice.choice([[count], [1, count], [count, 1], [count, 1, 1]])}
    return joined(header, text, data)


def _array_transposed(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    _any_array(header, dice)["shape"].reverse()
    return joined(header, text, data)


def _array_moved(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    begin, end = _any_array(header, dice)["data_offsets"]
    _any_array(header, dice)["data_offsets"] = dice.choice(
        [[begin, end], [end, begin], [-4, 0], [begin - 4, end - 4], [0, 2**63], [2**64, 2**64], [0], [], [0.5, 1], None]
    )
    return joined(header, text, data)


def _array_renamed(content: bytes, dice: random.Random) -> bytes:
    header, text, data = parts(content)
    name, other = dice.choice(list(header)), dice.choice([*header, "target/x", "states/", "", "../x", "target/-1"])
    header[other] = header.pop(name)
    return joined(header, text, data)


def _array_twice(content: bytes, dice: random.Random) -> bytes:
    """The same key once more, which JSON allows."""
    header, text, data = parts(content)
    name, entry = dice.choice(list(header.items()))
    again = {**entry, "shape": dice.choice(SHAPES)} if dice.random() < 0.5 else entry
    whole = joined(header, text, b"")[8:-1].decode()
    return with_header(f"{whole}, {json.dumps(name)}: {json.dumps(again)}}}".encode(), data)


def _any_array(header: Text, dice: random.Random) -> Text:
    entry: Text = dice.choice(list(header.values()))
    return entry


MUTATIONS: list[Mutate] = [
    _cut,
    _cut_header,
    _longer,
    _flipped,
    _flipped_header,
    _other_length,
    _not_finite,
    _overwritten,
    _json_changed,
    _json_changed,
    _json_changed,
    _json_lacking,
    _json_exchanged,
    _json_whole,
    _array_retyped,
    _array_reshaped,
    _array_viewed,
    _array_transposed,
    _array_moved,
    _array_renamed,
    _array_twice,
]
