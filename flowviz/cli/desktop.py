"""The command that adds flowviz to the application menu of a Linux desktop: desktop-entry."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from flowviz.cli.messages import say
from flowviz.errors import FileError, FlowvizError
from flowviz.files import folder_for, reason, resource, write_bytes

ENTRY = "flowviz.desktop"
PROGRAM = "Exec=flowviz"  # in the entry: it is so where flowviz is on everybody's path
RESERVED = re.compile(r'(["`$\\])')  # within quotes, in an entry
INDEXES = {"update-desktop-database": "applications", "update-mime-database": "mime"}  # by what, of which folder


def desktop_entry(
    remove: Annotated[bool, typer.Option("--remove", help="Remove flowviz from the menu.")] = False,
) -> None:
    """Add flowviz to the application menu of a Linux desktop, and let it open .flowviz files."""
    if not sys.platform.startswith("linux"):
        raise FlowvizError(
            "Desktop entries exist only on Linux. On other systems, create a shortcut to the flowviz program."
        )
    ours, share = resource("desktop"), user_data_path()
    change = _take_away if remove else _put
    for path in sorted(path for path in ours.rglob("*") if path.is_file()):
        change(path, share / path.relative_to(ours))
    _index(share)
    say(f"flowviz is {'no longer' if remove else 'now'} in the application menu, in {share}.")


COMMANDS = (desktop_entry,)


def _put(path: Path, place: Path) -> None:
    """Copy a file. The entry starts this very program, which a desktop cannot find in a virtual environment."""
    content = path.read_bytes()
    if path.name == ENTRY:
        content = content.decode().replace(PROGRAM, f"Exec={_quoted(sys.executable)} -P -m flowviz").encode()
    with folder_for(place.parent):
        write_bytes(place, content)


def _take_away(_: Path, place: Path) -> None:
    try:
        place.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{place} cannot be removed: {reason(error)}.") from error


def _quoted(program: str) -> str:
    """Return a program as an entry quotes it: https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html."""
    in_quotes = RESERVED.sub(r"\\\1", program)
    return '"' + in_quotes.replace("\\", "\\\\").replace("%", "%%") + '"'


def _index(share: Path) -> None:
    """Update the indexes of the desktop, if it keeps some, so that it notices at once."""
    for command, folder in INDEXES.items():
        if (program := shutil.which(command)) and (share / folder).is_dir():
            subprocess.run([program, share / folder], capture_output=True, check=False)  # noqa: S603
