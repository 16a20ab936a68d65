"""The kinds of files."""

from pathlib import Path
from typing import get_args

import pytest

from flowviz.exporting.tables import NumberFormat
from flowviz.file_kinds import EXPORTED, KINDS, NUMBERS, denoted, listed
from flowviz.specs.export_kinds import Format


def test_every_format_has_a_suffix_in_the_table() -> None:
    assert {f".{each}" for each in get_args(Format)} == set(EXPORTED) <= KINDS.keys()
    assert {f".{each}" for each in get_args(NumberFormat)} == set(NUMBERS.written)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.flowviz", "a project"),
        ("A.FLOWVIZ", "a project"),
        ("a.b.csv", "numbers"),
        ("a.tsv", "numbers"),
        ("a.jpeg", "a picture"),
        ("a.webp", "an animation"),
        ("a.pickle", "another kind of data"),
        ("A.DOCX", "another kind of data"),
        ("a.py", "Python code"),
        ("a.ipynb", None),
        ("a.csv.gz", "another kind of data"),
        ("a.v2", None),
        ("a", None),
        (".csv", None),
        ("Dr. No", None),
    ],
)
def test_suffixes_denote_kinds(name: str, kind: str | None) -> None:
    assert denoted(Path(name)) == kind


def test_suffixes_are_listed() -> None:
    assert listed([".npy"]) == ".npy"
    assert listed([".a", ".b", ".c"]) == ".a, .b or .c"
