"""The table of a series of trials, saved after each trial so that an interrupted series can continue."""

import csv
from pathlib import Path

from flowviz.errors import FileError
from flowviz.files import content_of, write_bytes
from flowviz.records import Trial, to_csv
from flowviz.records.trial import TrialKey, from_csv

MAX_BYTES = 100_000_000


class TrialTable:
    """The trials of one series in a CSV file, which is replaced atomically for each new trial."""

    def __init__(self, path: Path, settings: str, *, force: bool = False) -> None:
        """Read the trials that the file already contains.

        Args:
            path: The file, which need not exist.
            settings: Digest of the settings that all trials of the series share; see `settings_digest`.
            force: Whether to ignore the contents of the file and replace them.

        Raises:
            FileError: If the file is not a table of trials, or contains trials with other settings.
        """
        self._path, self._settings = path, settings
        self._trials = {} if force else {trial.key: trial for trial in _read(path, settings)}

    @property
    def trials(self) -> list[Trial]:
        """Return the trials, sorted by family, learning rate and seed."""
        return [self._trials[key] for key in sorted(self._trials)]

    @property
    def done(self) -> set[TrialKey]:
        """Return the keys of the trials that have a result. Failed trials are not included, so they are run again."""
        return {key for key, trial in self._trials.items() if trial.ending != "failed"}

    def add(self, trial: Trial) -> None:
        """Add a trial, or replace the one with the same key, and write the file.

        Raises:
            FileError: If the file cannot be written.
        """
        self._trials[trial.key] = trial
        write_bytes(self._path, to_csv(self.trials, self._settings).encode(), lasting=True)


def _read(path: Path, settings: str) -> list[Trial]:
    if not path.exists() or not path.stat().st_size:
        return []
    try:
        trials, found = from_csv(content_of(path, MAX_BYTES).decode("utf-8"))
    except (ValueError, csv.Error) as error:
        raise FileError(
            f"{path} is not a table of trials. Choose another name, or give --force to replace it."
        ) from error
    if found - {settings}:
        raise FileError(
            f"{path} contains trials with other settings or from another version of flowviz. "
            "Choose another name, or give --force to replace it."
        )
    return trials
