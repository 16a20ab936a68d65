"""Drafts: what a window saves by itself, beside the user's data, so that a crash takes little away.

A process has one draft: `ID.flowviz`, a project file; `ID.json`, which says what file it would be saved to; and
`ID.lock`, which the system holds locked while the process lives, however it ends.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from flowviz.errors import FileError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import PRIVATE, Fingerprint, reason, written_whole
from flowviz.projects.format import load_project, save_project
from flowviz.projects.project import Project

PATIENCE_SECONDS = 2.0  # that another window may take to look for drafts
LOCKED = ".lock"
UNKNOWN_TITLE = "a project"  # where what tells the title is damaged


def drafts_folder() -> Path:
    """Where the drafts of this user are."""
    return user_data_path("flowviz", appauthor=False) / "drafts"


@dataclass(frozen=True)
class Draft:
    """The draft of one process. Whoever has it holds its lock, so that nobody else sees it."""

    folder: Path
    name: str
    lock: FileLock

    @property
    def path(self) -> Path:
        """The project file, which may not be there yet."""
        return self.folder / f"{self.name}.flowviz"

    @property
    def original(self) -> Path | None:
        """The file that the project was opened from or saved to; None where there is none, or it is not known."""
        original = self._told().get("original")
        return Path(original) if isinstance(original, str) else None

    @property
    def mark(self) -> Fingerprint | None:
        """That of the original when it was opened or saved; None where it is not known."""
        mark = self._told().get("mark")
        whole = isinstance(mark, list) and len(mark) == 3 and all(type(number) is int for number in mark)
        return Fingerprint(*mark) if whole else None  # type: ignore[misc]

    @property
    def title(self) -> str:
        """What a person would call its target."""
        title = self._told().get("title")
        return title if isinstance(title, str) else UNKNOWN_TITLE

    @property
    def saved_at(self) -> datetime:
        """When it was saved last, in local time. Raises `FileError` where it is gone."""
        with _sentences(self.folder):
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).astimezone()

    def save(self, project: Project, original: Path | None, mark: Fingerprint | None = None) -> None:
        """Write the project in place of what was saved before, whole or not at all. Raises `FileError`.

        `mark` is that of the original when it was opened or saved.
        """
        told = {
            "original": None if original is None else str(original.absolute()),
            "mark": None if mark is None else astuple(mark),
            "title": project.target.title,
        }
        note = json.dumps(told)
        if self._told() != json.loads(note):
            with _sentences(self.folder):
                self._note.unlink(missing_ok=True)  # at no moment does it tell of another project than that beside it
        save_project(project, self.path, private=True)
        with written_whole(self._note, private=True) as part:
            part.write_text(note, encoding="ascii")

    def load(self) -> Project:
        """The project that was saved last. Raises `FileError`, where it is damaged or gone."""
        return load_project(self.path)

    def discard(self) -> None:
        """Remove it. The process that it is of may save it again. Raises `FileError`."""
        with _sentences(self.folder):
            for path in (self.path, self._note):
                path.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.folder / f"{self.name}.json"

    def _told(self) -> dict[str, object]:
        """What stands beside the project; nothing where it is damaged."""
        try:
            found = json.loads(self._note.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class Drafts:
    """The drafts in a folder, which is made when it is needed, and is private to the user.

    What it gives away it holds locked, until it is closed or the process ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Draft | None = None
        self._abandoned: dict[str, Draft] = {}

    def own(self) -> Draft:
        """The draft of this process, always the same one. Raises `FileError`."""
        if self._own is None:
            with _sentences(self._folder):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._folder.chmod(0o700)
                with self._alone():
                    self._own = self._taken(secrets.token_hex(8))
        assert self._own is not None
        return self._own

    def abandoned(self) -> list[Draft]:
        """Those that were not discarded before their process ended, the newest first. Raises `FileError`."""
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
        """Hold nothing any longer: what was not discarded is abandoned."""
        for draft in (*self._abandoned.values(), *([self._own] if self._own else [])):
            self._let_go(draft)
        self._own, self._abandoned = None, {}

    def _taken(self, name: str) -> Draft | None:
        """The draft of that name, locked from now on; None where another process lives that has it, or we do."""
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
        """No other process makes a draft or looks for one meanwhile. Raises `FileError`."""
        try:
            guard = self._folder / "drafts.guard"
            with FileLock(guard, mode=PRIVATE, timeout=PATIENCE_SECONDS, thread_local=False):
                yield
        except Timeout as error:
            raise FileError(f"Another flowviz is busy with the drafts in {self._folder}. Try again.") from error


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """Errors of the system are `FileError`s."""
    try:
        yield
    except OSError as error:
        raise FileError(f"Drafts cannot be kept in {folder}: {reason(error)}.") from error
