"""Loading TensorFlow: without its start-up log, which is no message for people, and in two thirds of the time."""

import ctypes
import gc
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path

NATIVE_LIBRARIES = (
    "libtensorflow_framework",
    "libtensorflow_cc",
)  # of Linux and macOS, in the order in which one needs the other


def load_native_libraries() -> None:
    """Load TensorFlow's native libraries while other threads go on.

    The import of an extension module holds the GIL while it loads libraries, and so does `ctypes.CDLL`: a window that
    paints meanwhile would stop for a fifth of a second or more. A foreign function such as `dlopen` is called without
    the GIL, and the import then finds the libraries loaded. Where they have other names, as on Windows, nothing is
    loaded here.
    """
    found = find_spec("tensorflow")
    folders = [Path(folder) for folder in (found and found.submodule_search_locations) or ()]
    paths = [path for name in NATIVE_LIBRARIES for folder in folders for path in sorted(folder.glob(f"{name}.*"))]
    if paths:
        load = ctypes.CDLL(None).dlopen
        load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
        for path in paths:
            load(os.fsencode(path), os.RTLD_NOW)  # if it fails, the import says why


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
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        with os.fdopen(os.dup(terminal), "w", buffering=1) as bypass:
            os.dup2(nowhere, 2)
            python_uses_it = getattr(sys.stderr, "name", None) == "<stderr>"
            with redirect_stderr(bypass if python_uses_it else sys.stderr):
                yield
            _redirect_handlers(bypass)
    finally:
        os.dup2(terminal, 2)
        os.close(nowhere)
        os.close(terminal)


@contextmanager
def only_legacy_keras() -> Iterator[None]:
    """TensorFlow loads Keras 3 with it, unless it is told to use Keras 2, which TFP loads anyway.

    Half a second less, and 40 MB. Once it is loaded, `tf.keras` is again whatever the environment says.
    """
    name = "TF_USE_LEGACY_KERAS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def no_garbage_sought() -> Iterator[None]:
    """What is loaded stays: to look for garbage among it, again and again, takes a second."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # all that is there by now counts as old, among which garbage is seldom sought
        if before:
            gc.enable()


def _redirect_handlers(closing: object) -> None:
    """TensorFlow's logger was made while stderr was another: give it the real one."""
    for handler in logging.getLogger("tensorflow").handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is closing:
            handler.setStream(sys.stderr)
