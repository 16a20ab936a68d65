"""The guide for teachers agrees with the program."""

import re
import tomllib
from pathlib import Path

import pytest

from flowviz.files import resource
from flowviz.lessons import check_lesson
from flowviz.lessons.guide import comparison_table, observation_tables, setup_table
from flowviz.lessons.lesson import MAX_STEPS
from flowviz.lessons.reader import LESSON_KEYS, STEP_KEYS
from flowviz.lessons.setup import Setup, setup_keys

GUIDE = resource("guide/lessons.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [observation_tables, setup_table, comparison_table])
def test_the_tables_are_those_of_the_program(table: object) -> None:
    assert callable(table)
    assert table() in GUIDE


def test_the_guide_names_every_key() -> None:
    first_column = set(re.findall(r"^\| `\[*(\w+)\]*` \|", GUIDE, re.MULTILINE))
    assert {*LESSON_KEYS, *STEP_KEYS} <= first_column
    assert f"up to {MAX_STEPS}" in GUIDE


def test_its_lesson_is_valid(tmp_path: Path) -> None:
    (lesson,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    path = tmp_path / "lesson.toml"
    path.write_text(lesson, encoding="utf-8")
    assert len(check_lesson(path).steps) == 3


@pytest.mark.parametrize(("name", "example"), [(name, example) for name, _, example in setup_keys()])
def test_the_example_of_each_key_of_a_setup_is_valid(name: str, example: str) -> None:
    values = tomllib.loads(f"{name} = {example}")
    assert Setup(**values).given().keys() == {name}
