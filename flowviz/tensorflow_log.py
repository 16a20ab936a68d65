"""The log of TensorFlow, which is not for users: it describes the processor and the GPU that is missing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from shutil import which

VARIABLE = "TF_CPP_MIN_LOG_LEVEL"
FATAL_ONLY = "3"
STDERR = 2  # the descriptor, to which TensorFlow writes
PATIENCE_SECONDS = 2.0  # for the end of grep, which waits for programs that were started meanwhile
# Lines up to the severity "error". Those that explain a fatal error, after which the process aborts, remain.
LINES = (
    r"^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$"
    r"|^[IWE][0-9]{4} [0-9:.]+ +[0-9]+ [^ ]+:[0-9]+\] "
)


@contextmanager
def silenced() -> Iterator[None]:
    """Let TensorFlow, if it is loaded in the block, log nothing but fatal errors from then on.

    TensorFlow reads a variable while it loads, once, and before that writes some lines to stderr, which are left out:
    https://github.com/tensorflow/tensorflow/issues/100442. After the block, variable and stderr are as before. A user
    who sets the variable to another level gets the whole log. Does nothing if TensorFlow has been loaded before.
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
    """Leave the lines of the log out of what this process writes to stderr.

    A process of its own does that, because TensorFlow may abort this one, and its reason must still arrive. Systems
    without grep, such as Windows, whose TensorFlow knows no GPU, show the lines.
    """
    grep = which("grep")
    with ExitStack() as after:
        with suppress(OSError):  # stderr is closed, or no process can be started
            if grep is not None:
                _redirect(grep, after)
        yield


def _redirect(grep: str, after: ExitStack) -> None:
    """Send stderr through grep, until the stack is closed."""
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
