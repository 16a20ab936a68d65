"""The guides and the reference of the library, which Zensical makes of Markdown and of docstrings, in our frame."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import flowviz
from site_pages.frame import TEMPLATES, Frame

RESOURCES = Path(__file__).parents[1]
ROOT = RESOURCES.parent
CODE = "code.md"  # the page of flowviz/README.md
GUIDES = {
    "window.md": "guide/window.md",
    "terminal.md": "guide/terminal.md",
    "library.md": "guide/library.md",
    "any_flow.md": "guide/any_flow.md",
    "lessons.md": "guide/lessons.md",
    "style.md": "guide/style.md",
    CODE: "../flowviz/README.md",
}
LINKS = (  # in guides, to places that are elsewhere in the site
    (r"\]\((?:\.\./)*(?:resources/)?guide/(\w+\.md)", r"](\1"),
    (r"\]\((?:\.\./)*flowviz/README\.md", rf"]({CODE}"),
    (r"\]\((?:\.\./)+README\.md(#[\w-]*)?\)", "](../index.html)"),
    (r"\]\((?:\.\./)*(?:resources/)?lessons/?\)", "](../lessons/index.html)"),
    (r"\]\((?:\.\./)*(?:resources/)?pictures/", "](pictures/"),
)
ELSEWHERE = r"(?<!!)\[([^\]]*)\]\((?!https?:|#|\w+\.md|pictures/|\.\./(?:index|lessons/index)\.html)[^)]*\)"
GROUP = re.compile(r"^(\S[^\n]*)\n((?:    [^\n]*\n?)+)", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """A group of public names, as the docstring of the package lists them.

    Attributes:
        title: Its title.
        names: The names.
    """

    title: str
    names: tuple[str, ...]

    @property
    def page(self) -> str:
        """Return the name of its page, without a suffix."""
        return f"reference_{self.title.lower().replace(' ', '_')}"


def groups() -> list[Group]:
    """Return the public names of the library in groups."""
    known, found = set(dir(flowviz)), []
    for title, lines in GROUP.findall((flowviz.__doc__ or "").partition("when it is first used.")[2]):
        words = [line.strip().partition("  ")[0] for line in lines.splitlines()]
        names = tuple(name for name in re.findall(r"\w+", ", ".join(words)) if name in known)
        found.append(Group(title, tuple(dict.fromkeys(names))))
    return found


def write_guides(frame: Frame) -> None:
    """Write all guides and the reference, and let the search find them.

    Raises:
        RuntimeError: If the generator fails.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        titles = {page: _guide(folder / "docs", page, ROOT / "resources" / source) for page, source in GUIDES.items()}
        _reference(folder / "docs")
        guides = [{"title": title, "address": page.replace(".md", ".html")} for page, title in titles.items()]
        reference = [{"title": group.title, "address": f"{group.page}.html"} for group in groups()]
        (folder / "docs" / "index.md").write_text(_front("Guides") + "# Guides\n\n" + _list(titles), encoding="utf-8")
        extra = {**frame.settings("../"), "guides": guides, "reference": reference}
        (folder / "zensical.toml").write_text(_configuration(extra), encoding="utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--strict"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)  # noqa: S603  # constants
        if done.returncode:
            raise RuntimeError(f"The guides cannot be made:\n{done.stdout}{done.stderr}")
        for path in sorted((folder / "out").glob("*.html")):
            if path.name != "404.html":
                frame.copy(path, f"guides/{path.name}")
        shutil.copytree(folder / "docs" / "pictures", frame.folder / "guides" / "pictures", dirs_exist_ok=True)
        _index(frame, json.loads((folder / "out" / "search.json").read_text(encoding="utf-8")))


def _guide(docs: Path, page: str, source: Path) -> str:
    """Write a guide with links that fit the site, copy its pictures, and return its title."""
    text = source.read_text(encoding="utf-8")
    for pattern, replacement in LINKS:
        text = re.sub(pattern, replacement, text)
    text = re.sub(ELSEWHERE, r"\1", text)  # to files that are not in the site
    (docs / "pictures").mkdir(exist_ok=True)
    for name in re.findall(r"\]\(pictures/([\w.]+)", text):
        shutil.copy(RESOURCES / "pictures" / name, docs / "pictures")
    (docs / page).write_text(_front("Guides") + text, encoding="utf-8")
    return next(re.finditer(r"^# (.*)$", text, re.MULTILINE))[1]


def _reference(docs: Path) -> None:
    """Write the pages of the reference, which the generator fills with docstrings."""
    overview = ["# Reference", "", "The public names of the package `flowviz`, in groups:", ""]
    for group in groups():
        links = ", ".join(f"[`{name}`]({group.page}.md#flowviz.{name})" for name in group.names)
        overview.append(f"- [{group.title}]({group.page}.md): {links}")
        lines = [f"# {group.title}", "", *(f"::: flowviz.{name}\n" for name in group.names)]
        (docs / f"{group.page}.md").write_text(_front("Reference") + "\n".join(lines), encoding="utf-8")
    (docs / "reference.md").write_text(_front("Reference") + "\n".join(overview), encoding="utf-8")


def _front(section: str) -> str:
    return f"---\nsection: {section}\n---\n"


def _list(titles: Mapping[str, str]) -> str:
    return "\n".join(f"- [{title}]({page})" for page, title in titles.items())


def _configuration(extra: Mapping[str, Any]) -> str:
    """Return the configuration of the generator as TOML, of which JSON is a part for strings, lists and numbers."""
    lines = [
        "[project]",
        'site_name = "flowviz"',
        'site_dir = "out"',
        "use_directory_urls = false",
        "[project.theme]",
        f"custom_dir = {json.dumps(str(TEMPLATES))}",
        "font = false",
        "[project.markdown_extensions.tables]",
        "[project.markdown_extensions.attr_list]",
        "[project.markdown_extensions.toc]",
        "[project.markdown_extensions.pymdownx.superfences]",
        "[project.markdown_extensions.pymdownx.highlight]",
        "auto_title = false",
        "[project.plugins.mkdocstrings.handlers.python]",
        f"paths = [{json.dumps(str(ROOT))}]",
        "[project.plugins.mkdocstrings.handlers.python.options]",
        "show_source = false",
        "show_root_heading = true",
        "show_root_full_path = false",
        "show_symbol_type_heading = false",
        "heading_level = 2",
        'members_order = "source"',
        'docstring_section_style = "list"',
        "separate_signature = true",
        "show_signature_annotations = true",
        "[project.extra]",
        *(f"{name} = {_as_toml(value)}" for name, value in extra.items()),
    ]
    return "\n".join(lines)


def _as_toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_as_toml(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_as_toml(each)}' for name, each in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def _index(frame: Frame, found: Mapping[str, Any]) -> None:
    for title, address, text in _entries(found):
        frame.index(f"guides/{address}", title, text)


def _entries(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for item in found["items"]:
        yield " · ".join(dict.fromkeys([*item["path"], item["title"]])), item["location"], item["text"]
