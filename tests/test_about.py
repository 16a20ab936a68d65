"""Texts about flowviz: they come with it, fit its version, and can be printed."""

import re
import tomllib
from pathlib import Path

import pytest

import flowviz
from flowviz import machine
from flowviz.about import citation, license_text, release_notes
from tests.test_cli import run

CHECKOUT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
TEXTS = [
    CHECKOUT / "README.md",
    CHECKOUT / "pyproject.toml",
    *(path for folder in ("flowviz", "resources", ".github") for path in (CHECKOUT / folder).rglob("*")),
]
OTHER_PACKAGE = re.compile(r"pip\S* install[^\n`]*[\s\"']flowviz(?:[\[\"'\s=<>~]|$)", re.MULTILINE)


def test_citation_and_release_notes_are_of_this_version(capsys: pytest.CaptureFixture[str]) -> None:
    version = re.escape(flowviz.__version__)
    assert re.search(rf"version\s+= {{{version}}}", citation())
    assert re.search(rf"^## {version}$", release_notes(), re.MULTILINE)
    for command, text in (("cite", citation()), ("whats-new", release_notes())):
        assert run(command) == 0
        assert capsys.readouterr().out == text
    own, *_ = citation().split("\n\n")
    assert own in (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_license_is_shipped_in_full() -> None:
    [path] = PYPROJECT["project"]["license-files"]
    assert (CHECKOUT / path).read_text(encoding="utf-8") == license_text()
    assert license_text().splitlines()[1].strip() == "Version 3, 29 June 2007"
    assert "END OF TERMS AND CONDITIONS" in license_text()


def test_no_command_installs_the_other_package_of_this_name() -> None:
    assert OTHER_PACKAGE.search('pip install "flowviz[video]"')
    assert OTHER_PACKAGE.search("pip install --upgrade flowviz\n")
    assert not OTHER_PACKAGE.search('pip install "flowviz-desktop[video]"')
    for path in TEXTS:
        if path.suffix in {".py", ".md", ".toml", ".yml", ".txt"}:
            assert not OTHER_PACKAGE.search(path.read_text(encoding="utf-8")), path
    assert PYPROJECT["project"]["name"] == machine.DISTRIBUTION
    extras = PYPROJECT["project"]["optional-dependencies"]
    referred = [each for packages in extras.values() for each in packages if each.startswith("flowviz")]
    assert referred
    assert all(each.startswith(f"{machine.DISTRIBUTION}[") for each in referred)


def test_types_are_marked_as_complete() -> None:
    assert (Path(flowviz.__file__).parent / "py.typed").is_file()
    assert "Typing :: Typed" in PYPROJECT["project"]["classifiers"]
