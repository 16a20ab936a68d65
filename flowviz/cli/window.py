"""The start of the window, which needs none of the commands."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from flowviz import extensions
from flowviz.cli.messages import say
from flowviz.files import check_readable


def load_extensions(paths: Iterable[Path] = ()) -> list[str]:
    """Run the given extensions and those of installed packages, and print a sentence about each.

    Args:
        paths: Files with extensions.

    Returns:
        A sentence about each extension.

    Raises:
        FileError: If a file cannot be read.
    """
    paths = tuple(paths)
    for path in paths:
        check_readable(path, sys.maxsize)
    sentences = [extension.sentence() for extension in extensions.load(paths)]
    for sentence in sentences:
        say(sentence)
    return sentences


def open_window(news: Sequence[str], project: Path | None = None) -> NoReturn:
    """Open the window. The process ends when it is closed, so this does not return.

    Args:
        news: Sentences about extensions, for the window to show.
        project: A project to open in it.

    Raises:
        FileError: If the project cannot be read.
        FlowvizError: If there is no display.
    """
    if project is not None:
        check_readable(project, sys.maxsize)
    from flowviz.app.main import run

    run(project, news)
