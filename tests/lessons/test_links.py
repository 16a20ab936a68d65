"""Links to controls and terms in the Markdown of lessons."""

import pytest

from flowviz.lessons import shipped_lessons
from flowviz.lessons.lesson import Lesson, Step
from flowviz.lessons.markdown import as_html, as_line, as_plain, as_plain_line, own_links, paragraphs
from flowviz.lessons.terms import TERMS

TEXT = "Press **[Train](control:trainButton)** until the [gap](term:gap) is small. [More](https://example.org)."


def test_links_that_nothing_follows_are_text() -> None:
    html = as_html(TEXT)
    assert "control:" not in html
    assert "term:" not in html
    assert "<strong>Train</strong>" in html
    assert '<a href="https://example.org">More</a>' in html
    assert as_line(TEXT) in html


def test_links_to_known_controls_and_terms_stay_and_others_are_text() -> None:
    html = as_html(f"{TEXT} [What](term:nonsense) [else](control:other)", {"trainButton"}.__contains__)
    assert '<a href="term:gap">gap</a>' in html
    assert '<a href="control:trainButton">Train</a>' in html
    assert "What else" in html


def test_links_are_text_on_paper_and_for_screen_readers() -> None:
    expected = "Press Train until the gap is small. More."
    assert paragraphs(TEXT) == [("", expected)]
    assert as_plain(TEXT).strip() == as_plain_line(TEXT) == expected


def test_the_links_of_a_text_are_found() -> None:
    assert list(own_links(TEXT)) == ["control:trainButton", "term:gap"]


def test_terms_are_explained_in_one_plain_sentence() -> None:
    needed = {"nat", "entropy", "base", "batch", "test", "validation", "density", "slope", "stage", "layer"}
    needed |= {"coupling", "permutation", "log-det", "gap", "loss", "sample"}
    assert needed <= TERMS.keys()
    for term, sentence in TERMS.items():
        assert sentence.endswith("."), term
        assert ". " not in sentence, term
        assert len(sentence.split()) <= 25, term
        assert "epoch" not in sentence, term


@pytest.mark.parametrize("lesson", shipped_lessons(), ids=lambda lesson: lesson.name)
def test_every_term_that_a_lesson_links_to_is_explained(lesson: Lesson) -> None:
    links = [link for step in lesson.steps for text in texts_of(step) for link in own_links(text)]
    assert {link.removeprefix("term:") for link in links if link.startswith("term:")} <= TERMS.keys()


def texts_of(step: Step) -> list[str]:
    """Return the texts of a step that can have links."""
    predict = step.predict
    replies = [predict.reply(number) for number in range(len(predict.answers))] if predict else []
    return [step.text, *filter(None, (step.action, step.done)), *replies]
