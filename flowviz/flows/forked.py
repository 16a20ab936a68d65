"""Detection of processes in which TensorFlow would hang: those forked after TensorFlow had computed something."""

import os

from flowviz.errors import MachineError

_computes_in: int | None = None  # id of the process in which flowviz first used TensorFlow


def check_not_forked() -> None:
    """Raise `MachineError` in a process in which TensorFlow would wait forever for its threads.

    A fork copies only the thread that calls it. TensorFlow starts its threads when it first computes something, so a
    fork before that is harmless, even if TensorFlow is already loaded.
    """
    global _computes_in  # one for the whole process, as are the threads of TensorFlow
    _computes_in = _computes_in or os.getpid()
    if _computes_in != os.getpid():
        raise MachineError(
            "TensorFlow would hang in this process, because it was forked from one that had already used TensorFlow. "
            'Start processes with multiprocessing.get_context("spawn") or with joblib, or fork them before anything is '
            "trained or computed."
        )
