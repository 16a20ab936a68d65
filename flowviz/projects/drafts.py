"""Drafts: automatically saved projects and comparisons in the user's data folder, which limit what is lost in a crash.

Each process has one draft: `ID.flowviz`, a project or a comparison; `ID.json`, a note of the file that it
belongs to; and `ID.lock`, which is locked as long as the process lives, and released by the operating system however it
ends.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from flowviz import projects
from flowviz.errors import FileError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import PRIVATE, Fingerprint, reason, write_bytes
from flowviz.projects.project import Project

if TYPE_CHECKING:  # the window appears sooner if its thread for drafts loads this library
    from filelock import FileLock

    from flowviz.projects.comparison import Comparison

PATIENCE_SECONDS = 2.0  # timeout while another process creates or looks for drafts
LOCKED = ".lock"
UNKNOWN_TITLE = "a project"  # used if the note is missing or damaged


def drafts_folder() -> Path:
    """Return the folder of the user's drafts."""
    return user_data_path("flowviz", appauthor=False) / "drafts"


@dataclass(frozen=True)
class Draft:
    """The draft of one process. A process that has a `Draft` holds its lock, so other processes do not see it."""

    folder: Path
    name: str
    lock: "FileLock"

    @property
    def path(self) -> Path:
        """Return the project file, which may not exist yet."""
        return self.folder / f"{self.name}.flowviz"

    @property
    def original(self) -> Path | None:
        """Return the file that the project was opened from or saved to. None if there is none or if it is unknown."""
        original = self._read_note().get("original")
        return Path(original) if isinstance(original, str) else None

    @property
    def mark(self) -> Fingerprint | None:
        """Return the fingerprint of the original when it was opened or saved. None if unknown."""
        mark = self._read_note().get("mark")
        whole = isinstance(mark, list) and len(mark) == 3 and all(type(number) is int for number in mark)
        return Fingerprint(*mark) if whole else None  # type: ignore[misc]

    @property
    def title(self) -> str:
        """Return the title of the target, for the user."""
        title = self._read_note().get("title")
        return title if isinstance(title, str) else UNKNOWN_TITLE

    @property
    def saved_at(self) -> datetime:
        """Return the time at which the draft was last saved, in local time.

        Raises:
            FileError: If the draft no longer exists.
        """
        with _sentences(self.folder):
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).astimezone()

    def save(self, work: "Project | Comparison", original: Path | None, mark: Fingerprint | None = None) -> None:
        """Replace the draft with a project or a comparison. Its file is written atomically.

        Args:
            work: The project or the comparison to save.
            original: The file that it was opened from or saved to, if any.
            mark: Fingerprint of the original when it was opened or saved.

        Raises:
            FileError: If the draft cannot be written.
        """
        contents = {
            "original": None if original is None else str(original.absolute()),
            "mark": None if mark is None else astuple(mark),
            "title": work.target.title if isinstance(work, Project) else ", ".join(work.names),
        }
        if self._read_note() != contents:
            with _sentences(self.folder):
                self._note.unlink(missing_ok=True)  # so that the note never describes a different project
        if isinstance(work, Project):
            projects.save_project(work, self.path, private=True)
        else:
            projects.save_comparison(work, self.path, private=True)
        write_bytes(self._note, json.dumps(contents).encode(), private=True)

    def load(self) -> "Project | Comparison":
        """Return the project or the comparison that was last saved.

        Raises:
            FileError: If the file is damaged or no longer exists.
        """
        is_comparison = projects.is_comparison(self.path)
        return projects.load_comparison(self.path) if is_comparison else projects.load_project(self.path)

    def discard(self) -> None:
        """Remove the files of the draft, except for its lock. The draft can be saved again.

        Raises:
            FileError: If a file cannot be removed.
        """
        with _sentences(self.folder):
            for path in (self.path, self._note):
                path.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.folder / f"{self.name}.json"

    def _read_note(self) -> dict[str, object]:
        """Return the contents of the note, or an empty dictionary if it is missing or damaged."""
        try:
            found = json.loads(self._note.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class Drafts:
    """The drafts in a folder, which is created on demand and private to the user.

    Every draft that it returns stays locked until `close` is called or the process ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Draft | None = None
        self._abandoned: dict[str, Draft] = {}

    def own(self) -> Draft:
        """Return the draft of this process. Repeated calls return the same one.

        Raises:
            FileError: If the folder cannot be used.
        """
        if self._own is None:
            with _sentences(self._folder):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._folder.chmod(0o700)
                with self._alone():
                    self._own = self._taken(secrets.token_hex(8))
        assert self._own is not None
        return self._own

    def abandoned(self) -> list[Draft]:
        """Return the drafts that were not discarded before their process ended, newest first.

        Raises:
            FileError: If the folder cannot be used.
        """
        if not self._folder.is_dir():
            return []
        with _sentences(self._folder), self._alone():
            for name in sorted(
                {path.stem for path in self._folder.iterdir() if path.suffix in {PROJECT_SUFFIX, LOCKED}}
            ):
                if (draft := self._taken(name)) is not None:
                    self._abandoned[name] = draft
            for draft in list(self._abandoned.values()):
                if not draft.path.exists():
                    self._let_go(self._abandoned.pop(draft.name))
            return sorted(self._abandoned.values(), key=lambda draft: draft.saved_at, reverse=True)

    def close(self) -> None:
        """Release all drafts. Those that have not been discarded become abandoned."""
        for draft in (*self._abandoned.values(), *([self._own] if self._own else [])):
            self._let_go(draft)
        self._own, self._abandoned = None, {}

    def _taken(self, name: str) -> Draft | None:
        """Lock the draft of a name and return it, or return None if this or another process holds it already."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder / f"{name}{LOCKED}", mode=PRIVATE, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        return Draft(self._folder, name, lock)

    def _let_go(self, draft: Draft) -> None:
        with suppress(OSError):
            if not draft.path.exists():
                draft.discard()
                Path(draft.lock.lock_file).unlink()
        draft.lock.release()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from creating drafts or looking for them during the block."""
        from filelock import FileLock, Timeout

        try:
            guard = self._folder / "drafts.guard"
            with FileLock(guard, mode=PRIVATE, timeout=PATIENCE_SECONDS, thread_local=False):
                yield
        except Timeout as error:
            raise FileError(f"Another flowviz is using the drafts in {self._folder}. Try again.") from error


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """Convert an `OSError` of the block to a `FileError`, whose message is meant for the user."""
    try:
        yield
    except OSError as error:
        raise FileError(f"Drafts cannot be saved in {folder}: {reason(error)}.") from error
