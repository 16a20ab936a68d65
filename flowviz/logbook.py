"""The log of the window, in a private file of limited size."""

import getpass
import logging
import os
import platform
import re
from collections.abc import Iterator
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

MAX_BYTES, OLDER_FILES = 1_000_000, 2  # three files of 1 MB each
LINE = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"  # concurrent processes share the file
# A quoted path, as in Python's error messages, but not the source files in a traceback.
QUOTED_PATH = re.compile(r"""(?<!File )(["'])(?:(?!\1).)*?[/\\](?:(?!\1).)*\1""")


def log_folder() -> Path:
    """Return the folder of the user's log."""
    return user_log_path("flowviz", appauthor=False)


def log_file(folder: Path) -> Path:
    """Return the current log file. Older ones are in the same folder."""
    return folder / "flowviz.log"


def crash_file(folder: Path) -> Path:
    """Return the file for tracebacks of native crashes. It is separate because the log may rotate while it is open."""
    return folder / "crash.log"


def keep_log(folder: Path) -> bool:
    """Start to write log messages to a file in a folder, both of which are made private to the user.

    Returns:
        Whether the file can be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        handler = _PrivateLog(log_file(folder), maxBytes=MAX_BYTES, backupCount=OLDER_FILES, encoding="utf-8")
    except OSError:
        logging.getLogger().addHandler(logging.NullHandler())  # otherwise, Python prints warnings to stderr
        return False
    handler.setFormatter(logging.Formatter(LINE))
    logging.getLogger().addHandler(handler)
    logging.getLogger("flowviz").setLevel(logging.INFO)
    return True


def last_lines(folder: Path, count: int) -> list[str]:
    """Return the last `count` lines of the log, or none if there is no log."""
    newest = log_file(folder)
    return [*_lines(newest.with_name(f"{newest.name}.1")), *_lines(newest)][-count:]


def last_crash(folder: Path, count: int) -> list[str]:
    """Return the last `count` lines about native crashes, or none if there was no crash or they went to stderr."""
    return _lines(crash_file(folder))[-count:]


def _lines(path: Path) -> list[str]:
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    return []


def without_person(text: str) -> str:
    """Return a text without personal data: paths of files, the home folder, and the names of the user and machine."""
    text = QUOTED_PATH.sub("'…'", text)
    for home in _spellings(Path.home()):
        text = re.sub(rf"{re.escape(home)}(?![^\W_])", "~", text, flags=re.IGNORECASE)
    for name, instead in ((_user(), "USER"), (platform.node(), "MACHINE")):
        if name:
            text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", instead, text, flags=re.IGNORECASE)
    return text


class _PrivateLog(RotatingFileHandler):
    """A log file that only its user can read. Errors when writing it, as on a full disk, are ignored."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # its name in logging
        pass

    def rotate(self, source: str, dest: str) -> None:
        with suppress(OSError):  # Windows cannot rename a file that another process has open
            super().rotate(source, dest)

    def _open(self) -> TextIOWrapper:
        """Open the file for `logging`. A new file is created as private; an existing one is made private."""
        path = Path(self.baseFilename)
        file = open(path, "a", encoding="utf-8", errors="backslashreplace", opener=_opened_privately)  # noqa: SIM115
        with suppress(OSError):  # some file systems have no permissions
            path.chmod(0o600)
        return file


def _opened_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _spellings(home: Path) -> Iterator[str]:
    """Yield the spellings of the home folder that texts may contain."""
    if home != home.parent:  # the home of some services is the root folder
        for known in dict.fromkeys((home, home.resolve())):
            yield from dict.fromkeys((str(known), known.as_posix(), str(known).replace("\\", "\\\\")))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without a user; the type depends on the version of Python
        return ""
