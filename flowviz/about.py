"""Texts about flowviz itself that come with it, so that they can be read without a network."""

from flowviz.files import resource


def citation() -> str:
    """Return BibTeX entries for flowviz and the papers behind its flows."""
    return _text("citation.bib")


def release_notes() -> str:
    """Return what is new in each release, as Markdown, the newest release first."""
    return _text("release_notes.md")


def license_text() -> str:
    """Return the GNU General Public License, version 3."""
    return _text("GPL-3.0.txt")


def _text(name: str) -> str:
    return resource(f"about/{name}").read_text(encoding="utf-8")
