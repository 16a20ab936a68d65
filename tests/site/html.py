"""Checks of the HTML of a site: whether it is valid, and whether everybody can use it."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
OWN_ATTRIBUTES = {"href", "src", "srcset", "data-address"}  # that hold addresses


def parsed(page: Path) -> Element:
    """Parse a page strictly: every error in it raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(page.read_text(encoding="utf-8"))
    return root


def problems(folder: Path) -> list[str]:
    """Find what is wrong with the pages of a site."""
    pages = {page: parsed(page) for page in sorted(folder.rglob("*.html"))}
    ids = {page: [each.get("id", "") for each in root.iter() if each.get("id")] for page, root in pages.items()}
    return [
        f"{page.relative_to(folder)}: {problem}"
        for page, root in pages.items()
        for problem in (*_of_page(root, ids[page]), *_of_links(page, root, ids, folder))
    ]


def _of_page(root: Element, ids: list[str]) -> Iterator[str]:
    if len(ids) != len(set(ids)):
        yield f"an id is used twice: {sorted(each for each in ids if ids.count(each) > 1)}"
    if root.get("lang") != "en" or not (root.findtext("head/title") or "").strip():
        yield "the language or the title is missing"
    policies = [each.get("content", "") for each in root.iter("meta") if each.get("http-equiv")]
    if len(policies) != 1 or "default-src 'none'" not in policies[0] or "unsafe" in policies[0]:
        yield f"the Content-Security-Policy is {policies}"
    levels = [int(each.tag[1]) for each in root.iter() if each.tag in HEADINGS]
    if levels[:1] != [1] or levels.count(1) != 1 or any(b > a + 1 for a, b in itertools.pairwise(levels)):
        yield f"the headings have the levels {levels}"
    for each in root.iter():
        yield from _of_element(root, each, set(ids))


def _of_element(root: Element, element: Element, ids: set[str]) -> Iterator[str]:
    if any(name.startswith("on") or name == "style" for name in element.attrib):
        yield f"<{element.tag}> has a script or a style in an attribute: {element.attrib}"
    if element.tag == "img" and element.get("alt") is None:
        yield f"a picture has no description: {element.get('src')}"
    if element.tag == "iframe" and not element.get("title"):
        yield "a frame has no title"
    if element.tag in {"a", "button", "summary"} and not (_text(element) or element.get("aria-label")):
        yield f"<{element.tag}> has no name: {element.attrib}"
    if element.tag in {"input", "select", "textarea"} and not _is_labeled(root, element):
        yield f"a control has no label: {element.attrib}"
    if (
        element.tag in {"script", "style"}
        and (element.text or "").strip()
        and element.get("type") != "application/json"
    ):
        yield f"<{element.tag}> is inside the page"
    for name in ("aria-labelledby", "aria-describedby", "for", "popovertarget"):
        if (target := element.get(name)) and target not in ids:
            yield f"{name}={target!r} leads nowhere"


def _text(element: Element) -> str:
    pictures = (each.get("alt") or "" for each in element.iter("img"))
    return "".join((*element.itertext(), *pictures)).strip()


def _is_labeled(root: Element, element: Element) -> bool:
    labels = [
        each for each in root.iter("label") if element in each.iter() or each.get("for") == element.get("id", "-")
    ]
    return bool(element.get("aria-label") or any(_text(each) for each in labels))


def _of_links(page: Path, root: Element, ids: dict[Path, list[str]], folder: Path) -> Iterator[str]:
    for element in root.iter():
        for name in OWN_ATTRIBUTES & element.attrib.keys():
            address = urlsplit(element.attrib[name])
            if address.scheme == "data" or (address.scheme == "https" and element.tag == "a"):
                continue
            target = (page.parent / unquote(address.path)).resolve() if address.path else page
            if address.scheme or address.netloc or not target.is_file() or not target.is_relative_to(folder.resolve()):
                yield f"<{element.tag}> refers to {element.attrib[name]}, which the site lacks"
            elif name == "href" and address.fragment and address.fragment not in ids.get(target, []):
                yield f"there is no place {element.attrib[name]}"
