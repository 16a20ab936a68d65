"""The Markdown of lessons: paragraphs, lists, emphasis, code and links; no pictures and no HTML."""

from functools import cache
from html import unescape
from re import sub

from markdown_it import MarkdownIt


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])


def as_html(text: str) -> str:
    """Return Markdown as HTML that loads nothing."""
    html: str = _parser().render(text)
    return html.strip()


def as_plain(text: str) -> str:
    """Return Markdown as text for a screen reader."""
    return unescape(sub(r"<[^>]*>", "", as_html(text)))
