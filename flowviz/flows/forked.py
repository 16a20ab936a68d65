"""Processes that were forked from one in which TensorFlow had computed something. TensorFlow hangs in them."""

import os

from flowviz.errors import MachineError

_computes_in: int | None = None  # the process in which TensorFlow has first computed something for flowviz


def check_not_forked() -> None:
    """Raise `MachineError` in a process in which TensorFlow would wait forever for its threads.

    A fork copies only the thread that calls it. TensorFlow starts its threads when it first computes something; before,
    even after it was loaded, a fork does no harm.
    """
    global _computes_in  # a fact about the process
    _computes_in = _computes_in or os.getpid()
    if _computes_in != os.getpid():
        raise MachineError(
            "TensorFlow would hang in this process, because it was forked from one that had already used TensorFlow. "
            'Start the processes anew, with multiprocessing.get_context("spawn") or with joblib, or fork them before '
            "anything is trained or computed."
        )
