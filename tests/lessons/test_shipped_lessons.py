"""The lessons that ship with flowviz: short steps, each of which asks for one thing, and small files."""

import re
from pathlib import Path
from typing import Any

import pytest

from flowviz.errors import FileError
from flowviz.lessons import check_lesson, lesson_file, lesson_warnings, next_lesson, read_lesson, shipped_lessons
from flowviz.lessons.lesson import LEARNED
from flowviz.lessons.markdown import as_plain
from flowviz.lessons.shipped import ORDER
from flowviz.specs.explanations import LAYER_SENTENCES
from tests.lessons.flows import FILES, LESSONS, gallery

MAX_WORDS = 80  # of a step
MAX_TOTAL = 7_500_000  # bytes of all files


def test_lessons_in_between_have_no_number_and_all_are_listed() -> None:
    assert sorted(ORDER) == [path.stem for path in FILES]
    numbers = [int(name[:2]) for name in ORDER if name[:2].isdigit()]
    assert numbers == list(range(1, 13))
    assert ORDER[0] == "why_flows"
    assert ORDER[6:8] == ("five_questions", "make_it_sharper")


@pytest.mark.parametrize("name", ORDER)
def test_lessons_are_plain_and_reply_to_each_answer(name: str) -> None:
    lesson = check_lesson(LESSONS / f"{name}.toml")
    assert len(lesson.learned) == LEARNED
    assert lesson.place(0) is not None, "the diagram marks no place"
    for step in lesson.steps:
        assert len(as_plain(step.text).split()) <= 60, step.title
        assert step.predict is None or len(set(step.predict.replies)) == len(step.predict.answers), step.title


@pytest.mark.parametrize(
    ("name", "number", "given"),
    [
        ("02_coupling", 1, {"camera": "fixed", "marks": {"points", "grid"}}),
        ("03_why_permute", 1, {"camera": "fixed"}),
        ("03_why_permute", 4, {"camera": "fixed", "pace": 2.0}),
        ("04_log_det", 1, {"camera": "fixed", "marks": {"grid"}, "grid": 8, "square": (5, 4)}),
        ("05_loss", 5, {"marks": {"target"}, "panels": {"loss"}}),
        ("09_straight_paths", 7, {"flow": {"integrator": "euler", "integrator_steps": 1}}),
    ],
)
def test_steps_show_what_they_speak_of(name: str, number: int, given: dict[str, Any]) -> None:
    """Directions and areas need a still camera, areas a coarse grid alone, and turning needs time."""
    found = read_lesson(lesson_file(name)).steps[number - 1].setup.changes()
    for key, value in given.items():
        assert found[key].items() >= value.items() if isinstance(value, dict) else found[key] == value, key


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_step_is_short_and_asks_for_one_thing(path: Path) -> None:
    lesson = check_lesson(path)
    assert 3 <= len(lesson.steps) <= 7
    for step in lesson.steps:
        assert len(step.text.split()) <= MAX_WORDS, step.title
        assert (step.action is None) != (step.predict is None), step.title
        assert step.action is None or step.done, step.title
    assert not lesson.learned or not lesson_warnings(lesson)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_correct_answers_are_not_always_in_the_same_place(path: Path) -> None:
    correct = [step.predict.correct for step in check_lesson(path).steps if step.predict]
    assert correct
    assert len(correct) < 3 or len(set(correct)) > 1


def test_no_length_gives_away_an_answer_of_the_five_questions() -> None:
    for prediction in read_lesson(lesson_file("five_questions")).predictions.values():
        lengths = [len(answer) for answer in prediction.answers]
        assert max(lengths) < 1.4 * min(lengths), prediction.question


def test_files_are_small_and_all_are_used() -> None:
    files = [path for path in LESSONS.iterdir() if path.suffix not in {".toml", ""}]
    assert sum(path.stat().st_size for path in LESSONS.iterdir()) <= MAX_TOTAL
    used = set(re.findall(r'"([\w.]+\.(?:flowviz|png))"', "".join(path.read_text(encoding="utf-8") for path in FILES)))
    assert {path.name for path in files} == used


def test_each_lesson_is_followed_by_the_one_after_it() -> None:
    found = [next_lesson(lesson) for lesson in shipped_lessons()]
    assert [path and path.stem for path in found] == [*ORDER[1:], None]
    assert sorted(ORDER) == [path.stem for path in FILES]


def test_nothing_follows_a_lesson_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "01_change_of_variables.toml"
    path.write_bytes(lesson_file("2").read_bytes())
    assert next_lesson(read_lesson(path)) is None


def test_a_number_always_means_the_same_lesson() -> None:
    names = {1: "change_of_variables", 2: "coupling", 3: "why_permute", 4: "log_det", 5: "loss",
             6: "batch_normalization", 7: "nan", 8: "bridges", 9: "straight_paths", 10: "which_flow",
             11: "two_words", 12: "two_ways"}  # fmt: skip
    assert {number: lesson_file(str(number)).stem.partition("_")[2] for number in names} == names
    numbered = [lesson for lesson in shipped_lessons() if lesson.number is not None]
    assert {lesson.number: lesson.name.partition("_")[2] for lesson in numbered} == names
    assert all(lesson.numbered_title == f"{lesson.number}. {lesson.title}" for lesson in numbered)
    with pytest.raises(FileError, match="There is no lesson named '13'"):
        lesson_file("13")


def test_the_last_question_of_make_it_sharper_keeps_the_flow_of_the_learner() -> None:
    setup = read_lesson(lesson_file("make_it_sharper")).steps[-1].setup
    assert (setup.flow, setup.training, setup.text) == (None, None, None)


def test_the_last_step_of_the_first_lesson_is_not_done_over_an_untrained_cloud() -> None:
    """A learner who comes back another day finds a new flow, which first has to learn."""
    step = read_lesson(lesson_file("why_flows")).steps[-1]
    shown = {"marks": frozenset({"points", "target"})}
    assert not step.is_done({**shown, "steps": 0}, {})
    assert step.is_done({**shown, "steps": 400}, {})


def test_no_caption_below_the_cloud_gives_an_answer_away() -> None:
    """No question begins at a stage whose caption says what the correct answer says."""
    names = gallery("brad").trace.names
    for step in read_lesson(lesson_file("five_questions")).steps:
        stage = step.setup.stage
        if step.predict is not None and isinstance(stage, int):
            answer = step.predict.answers[step.predict.correct - 1]
            assert answer.split()[-4:] != LAYER_SENTENCES[names[stage].partition("_")[2]].split()[-4:], step.title


def test_steps_that_are_compared_differ_in_what_they_say_only() -> None:
    """A training of another family has the batch and the normalization of the one before."""
    for step in read_lesson(lesson_file("make_it_sharper")).steps[:-1]:
        flow, training = step.setup.flow_spec, step.setup.training_spec
        assert flow is not None
        assert training is not None
        assert (flow.normalization, training.batch) == ("box", 256), step.title
