"""Loading TensorFlow without its start-up log, which is no message for people."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr


@contextmanager
def native_log_hidden() -> Iterator[None]:
    """What native code writes to stderr goes nowhere; what Python writes there still arrives.

    TensorFlow writes its first lines before it reads TF_CPP_MIN_LOG_LEVEL.
    """
    try:
        terminal = os.dup(2)
    except OSError:  # no stderr at all, as in a windowed program on Windows
        yield
        return
    python_stderr = os.fdopen(os.dup(terminal), "w", buffering=1)
    python_uses_it = getattr(sys.stderr, "name", None) == "<stderr>"
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        with python_stderr, redirect_stderr(python_stderr if python_uses_it else sys.stderr):
            yield
    finally:
        os.dup2(terminal, 2)
        os.close(nowhere)
        os.close(terminal)
