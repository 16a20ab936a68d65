"""Runs what the command line asks for: the window or a command. Errors become sentences and set the exit status."""

import errno
import sys
from pathlib import Path

from flowviz import process
from flowviz.cli.interrupts import Interrupted, interruptible
from flowviz.cli.messages import say
from flowviz.cli.window import load_extensions, open_window
from flowviz.errors import FlowvizError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import reason

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}  # what the system says of a file that cannot grow


def run(arguments: list[str]) -> int:
    """Open the window or run a command, and return the exit status. A user error prints one sentence."""
    try:
        with interruptible():
            status = _invoke(arguments)
        if sys.stdout is not None:  # it is closed
            sys.stdout.flush()
    except FlowvizError as error:
        say(str(error))
        return 2
    except Interrupted as interrupt:
        return interrupt.status
    except BrokenPipeError:  # the reader of stdout, such as head, has read enough
        process.discard_stdout()
        return 0
    except OSError as error:
        if error.errno not in FULL:  # not from stdout: other files are written by functions that raise `FileError`
            raise
        process.discard_stdout()
        say(f"Cannot write to stdout: {reason(error)}.")
        return 2
    return status


def _invoke(arguments: list[str]) -> int:
    """Open the window, perhaps with a project, or else run a command, and return its exit status."""
    match arguments:
        case []:
            open_window(load_extensions())
        case [name] if Path(name).suffix == PROJECT_SUFFIX and not name.startswith("-"):
            open_window(load_extensions(), Path(name))
    from flowviz.cli.commands import invoke

    return invoke(arguments)
