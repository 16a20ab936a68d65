"""The log of the window: what it did and what went wrong, in a file that is the user's own and stays small."""

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

MOST_BYTES, OLDER_FILES = 1_000_000, 2  # three files of a megabyte
LINE = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"  # windows that are open at once share the file
# A path in quotes, as Python writes it into errors; not the files of the program in a traceback.
QUOTED_PATH = re.compile(r"""(?<!File )(["'])(?:(?!\1).)*?[/\\](?:(?!\1).)*\1""")


def log_folder() -> Path:
    """Where the log of this user is."""
    return user_log_path("flowviz", appauthor=False)


def log_file(folder: Path) -> Path:
    """The file that is written to; the older ones are beside it."""
    return folder / "flowviz.log"


def crash_file(folder: Path) -> Path:
    """Return the file for tracebacks of native crashes. It is apart from the log, which rotates while it is open."""
    return folder / "crash.log"


def keep_log(folder: Path) -> bool:
    """From now on what is logged goes to a file in the folder, private to the user; whether that is possible."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        handler = _PrivateLog(log_file(folder), maxBytes=MOST_BYTES, backupCount=OLDER_FILES, encoding="utf-8")
    except OSError:
        logging.getLogger().addHandler(logging.NullHandler())  # else Python writes warnings to the terminal
        return False
    handler.setFormatter(logging.Formatter(LINE))
    logging.getLogger().addHandler(handler)
    logging.getLogger("flowviz").setLevel(logging.INFO)
    return True


def last_lines(folder: Path, count: int) -> list[str]:
    """The newest lines of the log; none where there is no log."""
    newest = log_file(folder)
    return [*_lines(newest.with_name(f"{newest.name}.1")), *_lines(newest)][-count:]


def last_crash(folder: Path, count: int) -> list[str]:
    """Return the newest lines about native crashes; none if there was no crash, or if stderr has them."""
    return _lines(crash_file(folder))[-count:]


def _lines(path: Path) -> list[str]:
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    return []


def without_person(text: str) -> str:
    """The text without paths of a person's files, their home folder, their name, and that of their machine."""
    text = QUOTED_PATH.sub("'…'", text)
    for home in _spellings(Path.home()):
        text = re.sub(rf"{re.escape(home)}(?![^\W_])", "~", text, flags=re.IGNORECASE)
    for name, instead in ((_user(), "USER"), (platform.node(), "MACHINE")):
        if name:
            text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", instead, text, flags=re.IGNORECASE)
    return text


class _PrivateLog(RotatingFileHandler):
    """Only its user can read the file. A log that cannot be written any more, on a full disk, disturbs nobody."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # its name in logging
        pass

    def rotate(self, source: str, dest: str) -> None:
        with suppress(OSError):  # Windows does not rename what another window has open
            super().rotate(source, dest)

    def _open(self) -> TextIOWrapper:
        """As logging calls it: a new file is private from its first byte on, an old one from now on."""
        path = Path(self.baseFilename)
        file = open(path, "a", encoding="utf-8", errors="backslashreplace", opener=_opened_privately)  # noqa: SIM115
        with suppress(OSError):  # a file system without permissions
            path.chmod(0o600)
        return file


def _opened_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _spellings(home: Path) -> Iterator[str]:
    """The ways in which texts spell the home folder."""
    if home != home.parent:  # of some services it is the root of all folders
        for known in dict.fromkeys((home, home.resolve())):
            yield from dict.fromkeys((str(known), known.as_posix(), str(known).replace("\\", "\\\\")))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a process without a user; which error depends on the version
        return ""
