"""Worksheets of lessons."""

import re
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from PyQt6.QtPdf import QPdfDocument

from flowviz.lessons import read_lesson
from flowviz.lessons.markdown import as_html, as_line, as_plain, paragraphs
from flowviz.lessons.worksheet import save_worksheet
from flowviz.rendering.text_pages import MARGIN, Block, Rules, Text, TextPages, Together, save_text_pages
from tests.app.lessons.test_shipped_lessons import TINY


def pages(path: Path) -> int:
    return len(re.findall(rb"/Type /Page\b", path.read_bytes()))


def test_a_worksheet_is_the_same_file_each_time_and_answers_are_on_a_page_of_their_own(tmp_path: Path) -> None:
    lesson = read_lesson(TINY)
    first, second, answers = (tmp_path / f"{name}.pdf" for name in ("first", "second", "answers"))
    save_worksheet(lesson, first)
    save_worksheet(lesson, second)
    save_worksheet(lesson, answers, answers=True, paper="letter")
    assert first.read_bytes() == second.read_bytes()
    assert pages(answers) == pages(first) + 1
    assert re.search(rb"/MediaBox \[0 0 612(\.00)? 792(\.00)?\]", answers.read_bytes())
    assert lesson.title.encode() in first.read_bytes()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that receives the title and the texts of each worksheet, instead of a file."""
    texts = list[str]()

    def keep(blocks: list[Block], title: str, *_: object) -> None:
        flat = [inner for block in blocks for inner in (block.blocks if isinstance(block, Together) else [block])]
        texts.extend([title, *(block.text for block in flat if isinstance(block, Text))])

    monkeypatch.setattr("flowviz.lessons.worksheet.save_text_pages", keep)
    return texts


def test_a_worksheet_shows_no_markdown(written: list[str], tmp_path: Path) -> None:
    source, path = TINY.read_text(encoding="utf-8"), tmp_path / "marked.toml"
    for plain in ("A tiny lesson", "Layers", "Go to stage", "How many", "One", "For the tests"):
        source = source.replace(f'"{plain}', f'"2. **{plain}**', 1)
    path.write_text(source, encoding="utf-8")
    save_worksheet(read_lesson(path), tmp_path / "marked.pdf", answers=True)
    assert written[0] == "2. A tiny lesson"
    assert {"1. 2. Layers", "2. Go to stage 4, and show the target.", "2. How many moons are there?"} <= set(written)
    assert "2. One" in written
    assert not any("*" in text or "_" in text.replace("__", "") for text in written)


def test_the_answers_have_the_replies_and_the_summary(written: list[str], tmp_path: Path) -> None:
    path, source = tmp_path / "replies.toml", TINY.read_text(encoding="utf-8")
    source = source.replace(
        'because = "The shape is called *two moons*."', 'replies = ["There are two.", "[Yes](term:nat)."]'
    )
    learned = 'learned = ["First *this*.", "Then that.", "At last, it all."]'
    path.write_text(source.replace("minutes = 1", f"minutes = 1\n{learned}"), encoding="utf-8")
    save_worksheet(read_lesson(path), tmp_path / "sheet.pdf")
    assert not {"There are two.", "Yes.", "First this."} & set(written), "which would give the answer away"
    written.clear()
    save_worksheet(read_lesson(path), tmp_path / "sheet.pdf", answers=True)
    question = len(written) - written[::-1].index("3. How many moons are there?")
    assert written[question : question + 4] == ["Two", "Yes.", "One", "There are two."]
    assert written[-4:] == ["What you have learned", "First this.", "Then that.", "At last, it all."]


def test_blocks_that_belong_together_are_on_one_page(tmp_path: Path) -> None:
    path, part = tmp_path / "parts.pdf", (Text("A heading"), Rules(18))
    save_text_pages(part * 3, "Parts", path)
    assert pages(path) == 2
    save_text_pages([Together(part)] * 3, "Parts", path)
    assert pages(path) == 3
    save_text_pages([Together((Text("word " * 100, size=40),))], "Parts", path)
    assert pages(path) == 2, "more than a page"


def test_long_texts_continue_on_the_next_page(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    save_text_pages([Text("word " * 100, size=40)], "Long", path)
    assert pages(path) == 2


def test_texts_of_the_same_words_are_wrapped_at_their_own_size(tmp_path: Path) -> None:
    path = tmp_path / "sizes.pdf"
    save_text_pages([Text("word " * 100), Text("word " * 100, size=40)], "Sizes", path)
    assert pages(path) == 3


def batched(words: list[str]) -> list[list[str]]:
    return [words[start : start + 3] for start in range(0, len(words), 3)]


def lines_of(text: str, width: float) -> list[str]:
    """Return the lines of a paragraph of a width in points, at 10 points."""
    with closing(TextPages("", "letter")) as pages:
        return pages.lines_of(Text(text, 10, indent=612 - 2 * MARGIN - width))


@pytest.mark.parametrize("text", ["short", "a " * 200, "x" * 500, "", "costs $5 and $6 " * 20])
def test_wrapping_keeps_every_letter_and_the_width(text: str) -> None:
    lines = lines_of(text, 200)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= 80 for line in lines)


def test_dollar_signs_are_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "dollars.pdf"
    save_text_pages([Text("$\\frac$ and $x")], "Dollars", path)
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", path.read_bytes(), re.DOTALL)
    assert any(b"Tj" in zlib.decompress(stream) or b"TJ" in zlib.decompress(stream) for stream in streams[:1])


def test_short_formulas_stay_on_one_line() -> None:
    assert as_html("at x = 1") == "<p>at x\u00a0=\u00a01</p>"
    assert as_line("**Log|det J|**") == "<strong>Log|\u2060det\u00a0J|</strong>"


def test_short_formulas_stay_on_one_line_of_a_page() -> None:
    lines = lines_of("x\u00a0=\u00a01 " * 30, 100)
    assert len(lines) > 1
    assert {" ".join(words) for line in lines for words in batched(line.split())} == {"x = 1"}


def test_markdown_loads_nothing() -> None:
    text = "A *b* <img src='file:///x'> ![c](/etc/passwd) [d](javascript:alert(1)) & <script>"
    html = as_html(text)
    assert "<img" not in html
    assert "<script" not in html
    assert "javascript" not in re.sub(r">[^<]*<", "><", html)
    assert as_plain("A *b* & `c`") == "A b & c"


def test_a_numbered_title_is_no_list() -> None:
    assert as_line("2. *Bend* a curve") == "2. <em>Bend</em> a curve"
    assert as_line("# 3 < 4") == "# 3 &lt; 4"


def test_paragraphs_keep_the_marks_of_lists() -> None:
    assert paragraphs("x = 1") == [("", "x\u00a0=\u00a01")]
    assert paragraphs("One\ntwo.\n\n- a\n- **b**\n\n1. c") == [("", "One two."), ("•", "a"), ("•", "b"), ("1.", "c")]


def test_text_after_a_mark_of_another_font_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "marks.pdf"
    texts = Text("Press Play", bold=True, indent=16, mark="☐"), Text("The right one", indent=16, mark="✓")
    save_text_pages(texts, "Marks", path)
    document = QPdfDocument(None)
    document.load(str(path))
    assert {"☐ Press Play", "✓ The right one"} <= set(document.getAllText(0).text().splitlines())
