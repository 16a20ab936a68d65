"""The checks of output files, before any work begins: no output replaces an input, or work that cannot be repeated."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from flowviz.cli.messages import progress_bar, say
from flowviz.errors import FileError, SpecError
from flowviz.exporting.recognition import work_in
from flowviz.exporting.tables import NumberFormat, Numbers, check_parquet, csv_pieces, write_numbers
from flowviz.file_kinds import NUMBERS, PROJECT, check_suffix, denoted, listed
from flowviz.files import check_writable, is_file
from flowviz.projects import checkpoint_path, is_checkpoint_name

STDOUT = Path("-")


def check_output(path: Path, suffixes: Sequence[str], inputs: Sequence[Path] = (), *, force: bool = False) -> None:
    """Raise an error where a file cannot or must not be written.

    Args:
        path: The output. Its suffix is one of `suffixes`, or denotes no kind of file.
        suffixes: Those of the kind of file that is written.
        inputs: The files that the command reads.
        force: Whether the output may replace a project, or a table of trials.

    Raises:
        SpecError: The output is stdout, or its suffix denotes another kind of file.
        FileError: It is an input, a project or a table of trials, or cannot be written.
    """
    _check_suffix(path, suffixes)
    check_replaceable(path, inputs, force=force)
    check_writable(path)


def check_project_output(path: Path, inputs: Sequence[Path], *, force: bool) -> None:
    """Check the output of a training; `force` lets it replace an existing file. Raises as `check_output` does."""
    if is_checkpoint_name(path):
        raise SpecError(f"{path} is the name of a checkpoint file. Choose another name for the output.")
    check_output(path, PROJECT.written, inputs, force=True)
    _check_new(path, "the project", force=force)


def check_training_output(path: Path, inputs: Sequence[Path], *, force: bool) -> None:
    """Check the output of a training, and the checkpoint beside it. Raises as `check_output` does."""
    check_project_output(path, inputs, force=force)
    checkpoint = checkpoint_path(path)
    if any(is_same_file(checkpoint, each) for each in inputs):
        raise FileError(f"Checkpoints would replace the input {checkpoint}. Choose another name for the output.")
    check_writable(checkpoint)


def check_folder_output(folder: Path, names: Sequence[str], inputs: Sequence[Path], *, force: bool) -> None:
    """Check the files that a command writes to a folder; `force` lets them replace existing files.

    Raises:
        SpecError: The name of the folder is that of another kind of file.
        FileError: A file is an input or exists already, or the folder is a file.
    """
    if folder == STDOUT or (not folder.is_dir() and denoted(folder) is not None):
        raise SpecError(f"{folder} is not a folder, but this command writes several files. Give the name of a folder.")
    if is_file(folder):
        raise FileError(f"{folder} is a file. Give the name of a folder.")
    for path in (folder / name for name in names):
        check_replaceable(path, inputs, force=True)
        if path.is_file() and not force:
            raise FileError(f"{path} already exists. Choose another folder, or give --force to replace it.")
        if folder.is_dir():
            check_writable(path)


def check_replaceable(path: Path, inputs: Sequence[Path], *, force: bool = False) -> None:
    """Raise `FileError` if an output is an input, also by another name, or holds work; see `work_in`."""
    for each in inputs:
        if is_same_file(path, each):
            raise FileError(f"{path} is the input {each}. Choose another name for the output.")
    if not force and (kind := work_in(path)):
        raise FileError(f"{path} is {kind}, which would be lost. Choose another name for the output.")


def is_same_file(one: Path, other: Path) -> bool:
    """Return whether both paths lead to the same file, also through links or in other capitals."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them does not exist
        return False


@dataclass(frozen=True)
class NumbersOutput:
    """A destination for numbers: a file or stdout, and a format."""

    path: Path
    form: NumberFormat

    @classmethod
    def checked(cls, path: Path, form: NumberFormat | None, inputs: Sequence[Path]) -> "NumbersOutput":
        """Return the output that a path and the option --format name.

        The suffix of a file names its format; --format is for names without one, and for stdout.

        Raises:
            SpecError: They name no format, or do not agree, or the format needs a package that is missing.
            FileError: See `check_output`.
        """
        found = _format(path, form)
        if found == "parquet":
            check_parquet()
        if path == STDOUT:
            if sys.stdout is None:
                raise SpecError("stdout is closed. Give the name of a file.")
            if found != "csv" and sys.stdout.isatty():
                raise SpecError(f"A terminal cannot display {found}. Redirect stdout to a file or a pipe.")
        else:
            check_output(path, (f".{found}",), inputs)
        return cls(path, found)

    def write(self, numbers: Numbers, activity: str, steps: int, what: str) -> None:
        """Write numbers with a progress bar, and print what was written.

        Args:
            numbers: The numbers.
            activity: The label of the progress bar.
            steps: The number of steps in which the numbers arrive.
            what: A description of the numbers, such as "8,000 points".

        Raises:
            FileError: If the file cannot be written.
        """
        with progress_bar() as bar:
            task = bar.add_task(activity, total=steps, figures="")
            for _ in self._written(numbers):
                bar.advance(task)
            if self.path == STDOUT:
                sys.stdout.flush()
        say(f"Wrote {what} to {'stdout' if self.path == STDOUT else self.path}.")

    def _written(self, numbers: Numbers) -> Iterator[None]:
        if self.path != STDOUT:
            yield from write_numbers(self.path, self.form, numbers)
        elif self.form == "csv":
            for piece in csv_pieces(numbers.columns()):
                _write_to_stdout(piece.encode())
                yield
        else:
            with _copied_to_stdout() as path:
                yield from write_numbers(path, self.form, numbers)


@contextmanager
def _copied_to_stdout() -> Iterator[Path]:
    """Copy a file to stdout when the block ends, for formats that are not written from beginning to end."""
    with TemporaryDirectory(prefix="flowviz-") as folder:
        path = Path(folder) / "output"
        yield path
        with path.open("rb") as file:
            while piece := file.read(2**20):
                _write_to_stdout(piece)


def _write_to_stdout(content: bytes) -> None:
    """Write all of the content, also if stdout is unbuffered and takes only a part at once; see PYTHONUNBUFFERED."""
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]


def _check_new(path: Path, what: str, *, force: bool) -> None:
    """Raise `FileError` where a file exists already, unless it may be replaced; `what` it would be."""
    if path.is_file() and not force:
        raise FileError(f"{path} already exists. Choose another name for {what}, or give --force to replace it.")


def _check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    if path == STDOUT:
        raise SpecError(f"This output cannot be written to stdout. Give a file that ends in {listed(suffixes)}.")
    check_suffix(path, suffixes)


def _format(path: Path, form: NumberFormat | None) -> NumberFormat:
    if path == STDOUT:
        return form or "csv"
    suffix = path.suffix.lower()
    if suffix not in NUMBERS.written:
        _check_suffix(path, NUMBERS.written)
        if form is None:
            raise SpecError(
                f"{path} has no suffix that names a format. Add {listed(NUMBERS.written)}, or give --format."
            )
        return form
    named = cast("NumberFormat", suffix.removeprefix("."))
    if form not in {None, named}:
        raise SpecError(f"--format {form} contradicts the suffix of {path}. Leave one of them out.")
    return named
