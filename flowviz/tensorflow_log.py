"""Suppression of TensorFlow's log, which tells users nothing useful: it describes the processor and missing GPUs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from shutil import which

VARIABLE = "TF_CPP_MIN_LOG_LEVEL"
FATAL_ONLY = "3"
STDERR = 2  # the file descriptor to which TensorFlow writes
PATIENCE_SECONDS = 2.0  # timeout for the end of grep, which also waits for programs started in the block
# Lines up to the severity "error". Lines about a fatal error, after which the process aborts, are kept.
LINES = (
    r"^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$"
    r"|^[IWE][0-9]{4} [0-9:.]+ +[0-9]+ [^ ]+:[0-9]+\] "
)


@contextmanager
def silenced() -> Iterator[None]:
    """Make TensorFlow log only fatal errors if it is loaded in the block.

    TensorFlow reads an environment variable once, while it loads. Before that, it writes some lines to stderr, which
    are filtered out: https://github.com/tensorflow/tensorflow/issues/100442. The variable and stderr are restored after
    the block. Users who set the variable to another level get the whole log. If TensorFlow is already loaded, nothing
    happens.
    """
    given = os.environ.get(VARIABLE)
    if "tensorflow" in sys.modules or given not in (None, FATAL_ONLY):
        yield
        return
    with ExitStack() as after:
        if given is None:
            os.environ[VARIABLE] = FATAL_ONLY
            after.callback(os.environ.pop, VARIABLE, None)
        after.enter_context(_filtered_stderr())
        yield


@contextmanager
def _filtered_stderr() -> Iterator[None]:
    """Filter the lines of the log out of what this process writes to stderr.

    A separate process filters them: if TensorFlow aborts this process, the reason must still be shown. On systems
    without grep, such as Windows, the lines are not filtered.
    """
    grep = which("grep")
    with ExitStack() as after:
        with suppress(OSError):  # stderr is closed, or no process can be started
            if grep is not None:
                _redirect(grep, after)
        yield


def _redirect(grep: str, after: ExitStack) -> None:
    """Redirect stderr through grep until the stack is closed."""
    stderr = os.dup(STDERR)
    after.callback(os.close, stderr)
    command, environment = [grep, "-a", "-v", "-E", LINES], {**os.environ, "LC_ALL": "C"}
    found = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stderr, env=environment, process_group=0)  # noqa: S603
    assert found.stdin is not None
    after.callback(_wait, found)
    os.dup2(found.stdin.fileno(), STDERR)
    found.stdin.close()
    after.callback(os.dup2, stderr, STDERR)


def _wait(process: "subprocess.Popen[bytes]") -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS)
