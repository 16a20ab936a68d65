"""Lesson files: what they contain, and what is wrong with broken ones."""

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flowviz.errors import FileError
from flowviz.lessons import Condition, Setup, check_lesson, read_lesson
from flowviz.lessons.lines import key_lines
from flowviz.lessons.one_dimension import MonotoneCurve
from flowviz.projects import example

LESSON = '''format = 1
title = "Why permute"  # a comment
summary = "One sentence."
minutes = 5
gallery = "brad"

[[step]]
title = "One idea"
text = """One idea,
[[step]] is no header here,
and this is the third line."""
setup = { stage = 2, marks = ["points", "grid"], training = { steps = 30, learning_rate = 0.1 } }
action = "Drag the slider to layer 3."
condition = [
  { observe = "stage", is = 3 },
  { observe = "marks", includes = "grid" },
]

[[step]]
title = "Another idea"
text = "Text."
predict = { question = "What happens?", answers = ["This", "That"], correct = 2, because = "It does." }
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.toml"
    path.write_text(LESSON, encoding="utf-8")
    return path


def _changed(path: Path, old: str, new: str) -> str:
    """Return why a lesson is refused in which a part of `LESSON` is replaced."""
    assert old in LESSON
    path.write_text(LESSON.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileError) as error:
        read_lesson(path)
    message = str(error.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_a_lesson_is_read(path: Path) -> None:
    lesson = read_lesson(path)
    assert (lesson.name, lesson.title, lesson.minutes, lesson.opening.gallery) == ("lesson", "Why permute", 5, "brad")
    first, second = lesson.steps
    assert first.setup.changes().keys() == {"stage", "marks", "training"}
    assert first.conditions == (
        Condition(observe="stage", comparison="is", value=3),
        Condition(observe="marks", comparison="includes", value="grid"),
    )
    assert second.predict is not None
    assert second.predict.answers == ("This", "That")


def test_each_answer_may_have_its_own_reply(path: Path) -> None:
    path.write_text(LESSON.replace('because = "It does."', 'replies = ["No.", "Yes."]'), encoding="utf-8")
    prediction = read_lesson(path).steps[1].predict
    assert prediction is not None
    assert (prediction.reply(0), prediction.reply(1), prediction.explanation) == ("No.", "Yes.", "Yes.")


def test_an_explanation_replies_to_every_answer(path: Path) -> None:
    prediction = read_lesson(path).steps[1].predict
    assert prediction is not None
    assert prediction.reply(0) == prediction.reply(1) == prediction.explanation == "It does."


def test_a_step_without_a_place_keeps_that_of_the_step_before(path: Path) -> None:
    assert read_lesson(path).place(1) is None
    path.write_text(LESSON.replace('title = "One idea"', 'title = "One idea"\nplace = "base"'), encoding="utf-8")
    assert (read_lesson(path).place(0), read_lesson(path).place(1)) == ("base", "base")


def test_a_lesson_may_have_windows_line_endings(path: Path) -> None:
    path.write_bytes(LESSON.replace("\n", "\r\n").encode())
    assert len(read_lesson(path).steps) == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("minutes = 5", "minutes = ", "line 4: This is not valid TOML: invalid value."),
        ("minutes = 5", 'minutes = "five"', "line 4, minutes: The minutes cannot be 'five': the value must be a whole"),
        ("minutes = 5\n", "", "line 1, Lesson requires a value for minutes."),
        ("format = 1", "format = 2", "line 1, format: A lesson begins with the line format = 1, not 2."),
        ('"brad"', '"bread"', "line 5, gallery: The gallery has no example named 'bread'."),
        ("minutes = 5", "minute = 5", "line 4, minute: A lesson has no key 'minute'. Did you mean 'minutes'?"),
        ('gallery = "brad"', 'view = "three_dimensions"', "line 5, view: The view cannot be 'three_dimensions'"),
        ('gallery = "brad"', 'gallery = "brad"\nview = "one_dimension"', "line 1, Only one of gallery and view can be"),
        ('title = "Another idea"', 'titel = "?"', "line 20, step 2, titel: A step has no key 'titel'. Did you mean"),
        ('title = "Another idea"\n', "", "line 19, step 2: Step requires a value for title."),
        ('text = "Text."', 'text = ""', "line 21, step 2, text: The text cannot be '': the text must have"),
        ("stage = 2", "stage = -2", "line 12, step 1, setup.stage: The stage cannot be -2"),
        ("stage = 2", "stages = 2", "line 12, step 1, setup.stages: A setup has no key 'stages'."),
        ('"points", "grid"', '"points", "gird"', "line 12, step 1, setup.marks.2: The marks cannot be 'gird'"),
        ("= 0.1", "= -0.1", "line 12, step 1, setup.training.learning_rate: The learning rate cannot be -0.1"),
        ("steps = 30", "seconds = 1, steps = 30", "line 12, step 1, setup.training: Give either seconds or steps"),
        ("action =", "done =", "line 7, step 1: A step with a condition needs an action"),
        ('"stage"', '"stag"', "line 14, step 1, condition.1.observe: There is no observation named 'stag'."),
        ("is = 3", 'is = "3"', 'line 14, step 1, condition.1.is: stage is compared with a number, not with "3".'),
        ("is = 3", "includes = 3", "line 14, step 1, condition.1.includes: stage is a number, which cannot"),
        ("is = 3", "is = 3, above = 2", "line 14, step 1, condition.1: A condition has one comparison"),
        ('"grid" }', '"gird" }', 'line 14, step 1, condition.2.includes: marks is never "gird". It is "density"'),
        ("correct = 2", "correct = 3", "line 22, step 2, predict: The correct answer is number 3"),
        ('"This", ', "", "line 22, step 2, predict.answers: The answers cannot be"),
        (', because = "It does."', "", "line 22, step 2, predict: Give either because, an explanation, or replies"),
        ('because = "It does."', 'replies = ["No."]', "line 22, step 2, predict: There are 2 answers, but 1 replies"),
        ("minutes = 5", 'minutes = 5\nlearned = ["One."]', "line 5, learned: A summary has 3 sentences, not 1."),
        ('text = "Text."', 'text = "T."\nplace = "here"', "line 22, step 2, place: The place cannot be 'here'"),
        ("predict = {", "action = 'Do it.'\npredict = {", "line 19, step 2: A step with an action needs a condition"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_and_the_key(path: Path, old: str, new: str, problem: str) -> None:
    assert _changed(path, old, new).startswith(f", {problem}")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02" * 100,
        b"\xff\xfe\x00",
        b"x = 1" + b"0" * 5000,
        b"x = " + b"[" * 5000,
        b"",
        b" " * 1_000_000,
        b"format = 1\nstep = 3",
        b"format = 1\nstep = [3]",
        b"format = 1\n[[step]]\ntitle = 1979-05-27",
        b"format = 1\n[[step]]\nsetup = 3",
        b'format = 1\n[[step]]\nself = 3\n"" = 4',
        b"format = 1\n[[step]]\nsetup = { flow = { self = 3 } }",
        b"format = 1\n[[step]]\npredict = { answers = 3 }",
        b"format = 1\n[[step]]\ncondition = { observe = 3 }",
        b"format = 1\n[[step]]\ncondition = []",
        b'format = 1\n[[step]]\ncondition = { observe = "gap", below = nan }',
        b'format = 1\n[[step]]\ncondition = { observe = "gap", below = 1' + b"0" * 400 + b" }",
        b'format = 1\ngallery = ["brad"]\n[[step]]',
        b"format = 1\n[[step]]\nsetup = { disabled_layers = [5000] }",
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile.toml"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"hostile\.toml[^\n]*\.$"):
        read_lesson(path)


def test_files_outside_the_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner/lesson.toml"
    Image.new("RGB", (8, 8)).save(tmp_path / "secret.png")
    (tmp_path / "inner/link.png").symlink_to(tmp_path / "secret.png")
    for name in ("../secret.png", str(tmp_path / "secret.png"), "link.png"):
        picture = f'text = "Text."\npicture = "{name}"\nalt = "A picture"'
        assert "is outside the folder" in _changed(path, 'text = "Text."', picture)
    for name in ("missing.png", "a" * 5000 + ".png", "secret.txt", "a\\u0000.png", "\\u001b[31m.png"):
        picture = f'text = "Text."\npicture = "{name}"\nalt = "A picture"'
        assert ", line 22, step 2, picture: " in _changed(path, 'text = "Text."', picture)


def test_a_damaged_or_huge_picture_is_refused(path: Path) -> None:
    picture = path.parent / "picture.png"
    entry = 'text = "Text."\npicture = "picture.png"\nalt = "A picture"'
    picture.write_bytes(b"no picture")
    assert "is not a PNG or JPEG picture" in _changed(path, 'text = "Text."', entry)
    Image.effect_noise((80, 80), 50).save(picture, "JPEG")
    picture.write_bytes(picture.read_bytes()[:2000])
    assert "or it is damaged" in _changed(path, 'text = "Text."', entry)
    Image.new("1", (5000, 10)).save(picture)
    assert "is too large" in _changed(path, 'text = "Text."', entry)
    picture.write_bytes(b"\x89PNG" + bytes(6_000_000))
    assert "is too large" in _changed(path, 'text = "Text."', entry)
    Image.new("RGB", (80, 80)).save(picture)
    assert "needs an alt text" in _changed(path, 'text = "Text."', entry.partition("\nalt")[0])
    path.write_text(LESSON.replace('text = "Text."', entry), encoding="utf-8")
    assert read_lesson(path).steps[1].picture == picture


def test_a_check_reads_what_is_opened(path: Path) -> None:
    assert check_lesson(path).title == "Why permute"
    own = LESSON.replace('gallery = "brad"', 'project = "own.flowviz"')
    path.write_text(own, encoding="utf-8")
    with pytest.raises(FileError, match="line 5, project: There is no file"):
        check_lesson(path)
    (path.parent / "own.flowviz").write_bytes(b"no project")
    with pytest.raises(FileError, match="line 5, project: "):
        check_lesson(path)
    example("two_moons").copy_to(path.parent / "own.flowviz")
    check_lesson(path)
    for key, value in (("stage", "99"), ("probe", "[99, 0.0, 0.0]"), ("disabled_layers", "[2, 99]")):
        path.write_text(own.replace("stage = 2", f"{key} = {value}"), encoding="utf-8")
        with pytest.raises(FileError, match=rf"line 12, step 1, setup\.{key}: The flow has no stage 99\."):
            check_lesson(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cannot be read: no such file or directory\.$"):
        read_lesson(tmp_path / "missing.toml")
    with pytest.raises(FileError, match="is a folder"):
        read_lesson(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
        with pytest.raises(FileError, match="is a device or a pipe"):
            read_lesson(tmp_path / "pipe.toml")


def test_lines_of_subtables_and_lists_of_tables() -> None:
    text = 'a = 1\n[[b]]\nc = [\n 1,\n 2]\n[b.d]\n"e f" = """\n\n"""\n[[b]]\n[b.d]\nx.y = 2\n'
    lines = key_lines(text)
    assert lines[("b", 0, "c", 1)] == 3
    assert lines[("b", 0, "d", "e f")] == 7
    assert lines[("b", 1)] == 10
    assert lines[("b", 1, "d", "x", "y")] == 12


def test_only_line_feeds_end_lines() -> None:
    assert key_lines('a = "\u2028"\nb = 2\n')[("b",)] == 2


@pytest.mark.parametrize(
    ("observe", "comparison", "value", "holding", "failing"),
    [
        ("stage", "is", 3, 3, 2),
        ("stage", "is_not", 3, 2, 3),
        ("gap", "below", 1, 0.5, 1.0),
        ("gap", "above", 1, 1.5, float("inf")),
        ("gap", "at_least", 1, 1.0, 0.9),
        ("gap", "at_most", 1, 1.0, None),
        ("probe", "is", True, True, False),
        ("text", "is", "SUN", "SUN", None),
        ("marks", "includes", ("grid",), frozenset({"grid", "points"}), frozenset({"points"})),
        ("marks", "includes", "grid", frozenset({"grid", "points"}), frozenset({"points"})),
        ("disabled_layers", "is", (2, 4), (4, 2), (2,)),
        ("disabled_layers", "includes", 2, (2, 4), (4,)),
        ("text", "changed", True, "SUN", "BRAD"),
        ("marks", "changed", True, frozenset({"grid"}), frozenset()),
        ("nll", "changed", True, 1.5, float("nan")),
    ],
)
def test_conditions(observe: str, comparison: Any, value: Any, holding: Any, failing: Any) -> None:
    condition = Condition(observe=observe, comparison=comparison, value=value)
    start = {"text": "BRAD", "marks": frozenset[str](), "nll": float("nan")}
    assert condition.holds({observe: holding}, start)
    assert not condition.holds({observe: failing}, start)
    assert not condition.holds({}, start)


def test_a_later_setup_overrides_an_earlier_one() -> None:
    earlier, later = Setup(stage=2, marks=frozenset({"grid"})), Setup(stage="last")
    assert later.after(earlier) == Setup(stage="last", marks=frozenset({"grid"}))


@pytest.mark.parametrize("heights", ["[0, 1]", "[-3, -2, -1, -1, 1, 2, 3]", "[3, 2, 1, 0, -1, -2, -3]", '"bent"'])
def test_a_curve_that_does_not_rise_is_refused(path: Path, heights: str) -> None:
    assert "line 12, step 1, setup.curve" in _changed(path, "stage = 2,", f"curve = {heights},")


def test_a_curve_is_straight_or_has_heights() -> None:
    assert Setup().monotone_curve is None
    assert Setup(curve="straight").monotone_curve == MonotoneCurve()
    heights = (-3.0, -2.0, -0.2, 0.0, 0.2, 2.0, 3.0)
    assert Setup(curve=heights).monotone_curve == MonotoneCurve(heights)


@pytest.mark.parametrize(
    ("train", "has_trained", "begins"),
    [("start", True, True), ("once", True, False), ("once", False, True), ("stop", False, False), (None, False, False)],
)
def test_a_training_begins_once(train: Any, has_trained: bool, begins: bool) -> None:
    assert Setup(train=train).begins_training(has_trained=has_trained) == begins
