"""The Markdown of lessons: paragraphs, lists, emphasis, code and links; no pictures and no HTML."""

from functools import cache
from html import unescape
from re import sub
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

JOINER = "\u2060"  # an invisible sign at which HTML is not broken; fonts of pictures have odd glyphs for it


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # not needed before the first lesson

    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def as_html(text: str) -> str:
    """Return Markdown as HTML that loads nothing."""
    html: str = _parser().render(text)
    return _unbroken(html.strip())


def as_line(text: str) -> str:
    """Return the Markdown of a title or a sentence as HTML without a paragraph; "1. Bend" remains text, not a list."""
    html: str = _parser().renderInline(text)
    return _unbroken(html)


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
