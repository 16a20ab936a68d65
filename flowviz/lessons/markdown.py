"""The Markdown of lessons: paragraphs, lists, emphasis, code and links; no pictures and no HTML.

Links with an address of their own lead to controls of the window, `[Train](control:trainButton)`, and to explanations,
`[nat](term:nat)`. Where nothing follows them, on paper for example, they are plain text.
"""

from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from re import Match, finditer, sub
from typing import TYPE_CHECKING

from flowviz.lessons.terms import TERMS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

OWN_LINK = r'<a href="(control|term):([^"]*)"[^>]*>(.*?)</a>'
JOINER = "\u2060"  # an invisible sign at which HTML is not broken; fonts of pictures have odd glyphs for it


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # not needed before the first lesson

    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def as_html(text: str, has_control: Callable[[str], bool] | None = None) -> str:
    """Return Markdown as HTML that loads nothing.

    Args:
        text: The Markdown.
        has_control: Returns whether a control exists; links to others are text. None if nothing follows links to
            controls and terms, which then are text as well.
    """
    return _unbroken(_linked(_parser().render(text).strip(), has_control))


def as_line(text: str, has_control: Callable[[str], bool] | None = None) -> str:
    """Return the Markdown of a title or a sentence as HTML without a paragraph; "1. Bend" remains text, not a list.

    `has_control` is that of `as_html`.
    """
    return _unbroken(_linked(_parser().renderInline(text), has_control))


def own_links(text: str) -> Iterator[str]:
    """Yield the addresses of the links to controls and terms in Markdown, such as "control:trainButton"."""
    for found in finditer(OWN_LINK, _parser().render(text)):
        yield f"{found[1]}:{found[2]}"


def _linked(html: str, has_control: Callable[[str], bool] | None) -> str:
    def kept(found: Match[str]) -> str:
        kind, name, words = found.groups()
        is_known = has_control is not None and (name in TERMS if kind == "term" else has_control(name))
        return found[0] if is_known else words

    return sub(OWN_LINK, kept, html)


def as_plain_line(text: str) -> str:
    """Return the Markdown of a title or a sentence as text without emphasis."""
    return _without_tags(as_line(text))


def _unbroken(html: str) -> str:
    """Return a text or HTML with spaces at which no line breaks, in short formulas such as "x = 1" and "log|det J|"."""
    return sub(" ([=÷≈]) ", "\u00a0\\1\u00a0", html).replace("|det J|", f"|{JOINER}det\u00a0J|")


def as_plain(text: str) -> str:
    """Return Markdown as text for a screen reader."""
    return _without_tags(as_html(text))


def _without_tags(html: str) -> str:
    return unescape(sub(r"<[^>]*>", "", html)).replace(JOINER, "")


def paragraphs(text: str) -> list[tuple[str, str]]:
    """Return the paragraphs of Markdown without emphasis, each with the mark of a list item before it, or ""."""
    found: list[tuple[str, str]] = []
    mark = ""
    for token in _parser().parse(text):
        if token.type == "list_item_open":
            mark = f"{token.info}." if token.info else "•"
        elif token.type == "inline" or token.type in {"fence", "code_block"}:
            parts = token.children or [token]
            words = "".join(" " if part.type in {"softbreak", "hardbreak"} else part.content for part in parts)
            found.append((mark, _unbroken(words.strip()).replace(JOINER, "")))
            mark = ""
    return found
