"""The table of a series of trials: whole after every trial, so that a series that was interrupted can continue."""

import csv
from pathlib import Path

from flowviz.errors import FileError
from flowviz.files import content_of, written_whole
from flowviz.records import Trial, to_csv
from flowviz.records.trial import TrialKey, from_csv

MAX_BYTES = 100_000_000


class TrialTable:
    """Trials of one series in a CSV file, which is replaced as a whole with every trial."""

    def __init__(self, path: Path, settings: str, *, force: bool = False) -> None:
        """Read the trials that the file has already.

        Args:
            path: The file, which need not exist.
            settings: What all trials of the series share.
            force: Whether to replace what the file has.

        Raises:
            FileError: If the file holds something else, or trials with other settings.
        """
        self._path, self._settings = path, settings
        self._trials = {} if force else {trial.key: trial for trial in _read(path, settings)}

    @property
    def trials(self) -> list[Trial]:
        """The trials in order of their learning rate and seed."""
        return [self._trials[key] for key in sorted(self._trials)]

    @property
    def done(self) -> set[TrialKey]:
        """Keys of the trials that have a result. Those that failed may be tried again."""
        return {key for key, trial in self._trials.items() if trial.ending != "failed"}

    def add(self, trial: Trial) -> None:
        """Write a trial to the file. Raises `FileError`."""
        self._trials[trial.key] = trial
        with written_whole(self._path, lasting=True) as part:
            part.write_text(to_csv(self.trials, self._settings), encoding="utf-8", newline="")


def _read(path: Path, settings: str) -> list[Trial]:
    if not path.exists() or not path.stat().st_size:
        return []
    try:
        trials, found = from_csv(content_of(path, MAX_BYTES).decode("utf-8"))
    except (ValueError, csv.Error) as error:
        raise FileError(f"{path} is no table of trials. Choose another name, or give --force to replace it.") from error
    if found - {settings}:
        raise FileError(
            f"{path} holds trials with other settings, or of another version of flowviz. "
            "Choose another name, or give --force to replace them."
        )
    return trials
