"""Shares as text."""

import ast
import re
from pathlib import Path

import pytest

import flowviz
from flowviz.specs.shares import percent


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [(0, 0, "0%"), (0.076, 0, "8%"), (0.9, 0, "90%"), (0.997, 0, "99%"), (1, 0, "100%"), (0.0182, 1, "1.8%"),
     (0.9999, 1, "99.9%"), (1, 1, "100.0%"), (1.0000001, 0, "100%"), (0.9999999999, 0, "100%"), (0.99999999, 0, "99%")],
)  # fmt: skip
def test_only_the_whole_is_a_hundred_percent(share: float, decimals: int, text: str) -> None:
    assert percent(share, decimals) == text


def test_no_other_code_formats_shares() -> None:
    """Check that a share reads the same everywhere, because "7%" once stood beside "8%", and "90 %" beside "90%"."""
    own = Path(flowviz.__file__).parent / "specs" / "shares.py"
    for path in sorted(Path(flowviz.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        specs = [
            ast.unparse(node.format_spec)
            for node in ast.walk(tree)
            if isinstance(node, ast.FormattedValue) and node.format_spec
        ]
        assert path == own or not any(re.search(r"\.\d%", spec) for spec in specs), path
