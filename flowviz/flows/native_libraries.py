"""Loading of TensorFlow's native libraries."""

import ctypes
import os
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
