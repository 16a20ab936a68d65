"""The files of the site: valid, complete, safe, and as many as there are lessons and examples."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from site_pages.guides import groups

import flowviz
from flowviz.lessons import shipped_lessons
from flowviz.lessons.terms import TERMS
from flowviz.projects import examples
from tests.site.conftest import SCRIPT
from tests.site.html import parsed, problems

ROOT = Path(__file__).parents[2]


def test_all_pages_are_valid_and_can_be_used_by_all(site: Path) -> None:
    assert not problems(site)
    assert "brad" in (site / "gallery" / "index.html").read_text(encoding="utf-8")
    assert "flowviz train --text BRAD" in (site / "gallery" / "brad.html").read_text(encoding="utf-8")
    assert (site / "guides" / "window.html").exists()


def test_texts_from_strangers_stay_texts(site: Path) -> None:
    for page in (site / "lessons" / "strange.html", site / "lessons" / "index.html", *(site / "figures").iterdir()):
        root = parsed(page)
        assert not [each for each in root.iter() if each.get("src") == "x" or "onerror" in each.attrib]
        assert all(each.get("src") or each.get("type") == "application/json" for each in root.iter("script"))
        assert not [each for each in root.iter("a") if (each.get("href") or "").startswith("javascript")]
    lesson = parsed(site / "lessons" / "strange.html")
    assert SCRIPT in "".join(lesson.itertext())
    assert len([*lesson.iter("details")]) == 4, "two results, and two answers with a reply each"


def test_a_step_has_its_own_address_and_its_terms_are_explained(site: Path) -> None:
    lesson = parsed(site / "lessons" / "strange.html")
    steps = [each for each in lesson.iter("section") if each.get("id", "").startswith("step-")]
    assert [each.get("id") for each in steps] == ["step-1", "step-2", "step-3"]
    figures = [each.get("data-address") for each in lesson.iter("div") if each.get("data-address")]
    assert [figure.partition("#")[2].split("&")[0] for figure in figures if figure] == ["stage=2", "stage=19"]
    [term] = [each for each in lesson.iter("button") if each.get("popovertarget")]
    [explanation] = [each for each in lesson.iter() if each.get("id") == term.get("popovertarget")]
    assert TERMS["network"] in "".join(explanation.itertext())


def test_a_figure_has_only_the_direction_that_its_lesson_shows(site: Path) -> None:
    figure, whole = ((site / folder / "brad.html").read_text(encoding="utf-8") for folder in ("figures", "gallery"))
    assert len(figure) < 0.8 * len(whole)
    assert 'src="../shared/flow.js"' in figure
    assert 'src="../shared/flow.js"' in whole


def test_the_reference_has_all_public_names_in_groups() -> None:
    named = {name for group in groups() for name in group.names}
    assert set(dir(flowviz)) - {"__version__", "__all__"} - named <= {"PRESETS", "COMPARISON_PRESETS"}, (
        "not in the docstring"
    )


@pytest.mark.slow
def test_the_whole_site_is_small_and_valid(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "resources" / "make_site.py"), str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert not problems(tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 25_000_000
    assert {path.stem for path in (tmp_path / "lessons").iterdir()} == {
        *(lesson.name for lesson in shipped_lessons()),
        "index",
        "glossary",
    }
    assert {path.stem for path in (tmp_path / "gallery").iterdir()} == {*(each.name for each in examples()), "index"}
    outside = re.compile(rb"(?:src|srcset)=\"https?:|@import|url\(\"?https?:")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and outside.search(path.read_bytes())]
