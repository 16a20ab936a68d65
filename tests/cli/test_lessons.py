"""The commands about lessons."""

from pathlib import Path

import pytest

from flowviz.lessons.shipped import ORDER
from tests.app.lessons.test_shipped_lessons import TINY
from tests.test_cli import run


def test_a_valid_lesson_is_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*f"lesson check {TINY}".split()) == 0
    assert capsys.readouterr().out == f'{TINY} is a lesson of 5 steps, "A tiny lesson".\n'


def test_a_broken_lesson_is_one_sentence_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(TINY.read_text(encoding="utf-8").replace("correct = 2", "correct = 9"), encoding="utf-8")
    assert run(*f"lesson check {path}".split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert (
        printed.err == f"{path}, line 22, step 3, predict: The correct answer is number 9, but there are 2 answers.\n"
    )


def test_a_long_text_is_a_warning_and_status_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.toml"
    source = TINY.read_text(encoding="utf-8").replace('"Think first."', f'"{"[word](term:nat) " * 61}"')
    path.write_text(source, encoding="utf-8")
    assert run(*f"lesson check {path}".split()) == 0
    printed = capsys.readouterr()
    assert printed.out == f'{path} is a lesson of 5 steps, "A tiny lesson".\n'
    assert printed.err == (
        f"Warning: {path}, line 21, step 3, text: The text has 61 words. Learners read on if it has at most 60.\n"
    )


def test_lessons_are_listed_in_the_order_in_which_they_build_on_one_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("lesson", "list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*ORDER]


def test_observations_and_keys_of_setups_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lesson", "observations") == 0
    printed = capsys.readouterr().out
    assert "  stage                      number      The stage that is shown" in printed
    assert "How many of the particles land on the target; from 0 to 100." in printed
    assert 'Example: marks = ["points", "grid"]' in printed


def test_a_worksheet_is_written(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    assert run(*f"lesson worksheet {TINY} -o {path} --answers".split()) == 0
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("lesson worksheet nothing -o sheet.pdf", "There is no lesson named 'nothing'."),
        ("lesson worksheet missing.toml -o sheet.pdf", "missing.toml cannot be read: no such file or directory."),
        (f"lesson worksheet {TINY} -o sheet.png", "Files ending in .png contain a picture."),
        ("lesson", "Missing command"),
        ("lesson learn", "No such command 'learn'"),
    ],
)
def test_errors_are_one_sentence(
    arguments: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments.split()) == 2
    error = capsys.readouterr().err
    assert problem in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())
