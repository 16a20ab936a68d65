"""Extensions in tests: the examples of the contributors' README, and a fixture that takes registrations back."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import flowviz
from flowviz import extensions
from flowviz.specs import RECIPES, SHAPES, explanations
from flowviz.specs.edits import BENT_CURVES
from flowviz.targets.shapes import DRAWN, LOG_PROBS

README = Path(flowviz.__file__).with_name("README.md").read_text(encoding="utf-8")
TARGET, FAMILY = re.findall(r"```python\n(.*?)```\n", README, re.DOTALL)
CATALOGS: tuple[dict[str, Any], ...] = (
    RECIPES,
    SHAPES,
    DRAWN,
    LOG_PROBS,
    explanations.STAGE_TITLES,
    explanations.LAYER_SENTENCES,
    explanations.STAGES,
    BENT_CURVES,
)


@pytest.fixture
def unregistered() -> Iterator[None]:
    """Take back what a test registers."""
    before = [dict(catalog) for catalog in CATALOGS]
    yield
    forget(before)


def forget(before: list[dict[str, Any]] | None = None) -> None:
    """Take back what was registered: all of it, or what is not in these catalogs."""
    for catalog, kept in zip(CATALOGS, before or [built_in(each) for each in CATALOGS], strict=True):
        catalog.clear()
        catalog.update(kept)
    extensions._registered.clear()
    extensions._loaded.clear()


def built_in(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of a catalog that the examples do not add."""
    return {name: value for name, value in catalog.items() if name not in {"spiral", "sines", "sine_shear"}}


@pytest.fixture
def example_files(unregistered: None, tmp_path: Path) -> tuple[Path, Path]:
    """Return files with the target and the family of the README."""
    paths = tmp_path / "my_target.py", tmp_path / "my_flow.py"
    for path, text in zip(paths, (TARGET, FAMILY), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
