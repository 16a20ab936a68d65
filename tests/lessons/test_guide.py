"""The guide for teachers agrees with the program."""

import re
import tomllib
from pathlib import Path

import pytest

from flowviz.files import resource
from flowviz.lessons import check_lesson
from flowviz.lessons.lesson import COMPARISONS, MAX_STEPS
from flowviz.lessons.observations import GROUPS, Observation
from flowviz.lessons.reader import LESSON_KEYS, STEP_KEYS
from flowviz.lessons.setup import Setup, setup_keys
from flowviz.lessons.terms import TERMS

GUIDE = resource("guide/lessons.md").read_text(encoding="utf-8")


def observation_tables() -> str:
    """Return a table of observations for each part of the program."""
    return "\n\n".join(
        f"**{title}**\n\n| observation | kind | what it is |\n|---|---|---|\n{chr(10).join(map(_row, group))}"
        for title, group in GROUPS.items()
    )


def setup_table() -> str:
    """Return the table of the keys of a setup."""
    rows = (f"| `{name}` | {description} | `{name} = {example}` |" for name, description, example in setup_keys())
    return "\n".join(["| key | what it sets | example |", "|---|---|---|", *rows])


def comparison_table() -> str:
    """Return the table of the comparisons of each kind of observation."""
    rows = (f"| {kind} | {', '.join(f'`{name}`' for name in names)} |" for kind, names in COMPARISONS.items())
    return "\n".join(["| kind | comparisons |", "|---|---|", *rows])


def _row(observation: Observation) -> str:
    kind = f"{observation.kind}, in {observation.unit}" if observation.unit else observation.kind
    choices = f": {', '.join(f'`{choice}`' for choice in observation.choices)}" if observation.choices else ""
    return f"| `{observation.name}` | {kind} | {observation.description}{choices} |"


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
    assert Setup(**values).changes().keys() == {name}


def test_the_guide_names_every_term() -> None:
    (terms,) = re.findall(r"^The terms are (.*?)\.$", GUIDE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([\w-]+)`", terms)) == TERMS.keys()
