"""A picture says what it was made from, and how large it is on paper."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from flowviz.projects import Project
from flowviz.specs import ExportSpec, PictureSize, Seen
from tests.exporting.projects import bent_project, written

SIZE = PictureSize(width=600, height=300)


@pytest.fixture(scope="module")
def project() -> Project:
    return bent_project()


def described(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text)
    return found


def test_a_png_tells_the_target_the_flow_and_the_view(project: Project, tmp_path: Path) -> None:
    spec = ExportSpec(size=SIZE, dpi=300, seen=Seen(stage=3))
    with Image.open(written(project, spec, tmp_path / "view.png")) as picture:
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.02)  # a PNG counts pixels per meter
        assert picture.info["Software"] == "flowviz"
        assert picture.info["Title"] == "square"
        found = described(picture.info["Description"])
    assert found["target"] == "square"
    assert found["steps"] == 1000
    assert ExportSpec.model_validate(found["export"]) == spec


@pytest.mark.parametrize("what", ["view", "sheet"])
def test_a_pdf_has_its_size_on_paper(project: Project, tmp_path: Path, what: str) -> None:
    content = written(
        project, ExportSpec(what=what, format="pdf", size=SIZE, dpi=144), tmp_path / "it.pdf"
    ).read_bytes()
    assert re.search(rb"/MediaBox \[ ?0 0 300 150 ?\]", content)
    assert b"square" in content


def test_an_svg_has_its_size_on_paper(project: Project, tmp_path: Path) -> None:
    content = written(project, ExportSpec(format="svg", size=SIZE, dpi=144), tmp_path / "it.svg").read_text()
    assert 'width="300pt"' in content
    assert '"steps": 1000' in content.replace("&quot;", '"')
