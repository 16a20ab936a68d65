"""The settings of the program's own process.

Only the entry points, `cli.main` and `app.main.run`, and the processes in which a command trains call this module,
before they load anything large. A library must leave the process of its host as it is, so no other module sets an
environment variable or an option of the interpreter; the signal handlers that end a command or the window well are in
`cli.interrupts` and `app.desktop.termination`. Variables that the user has set are kept. Each function says what a
setting brings, measured on two cores of a server processor unless noted, and what happens without it.
"""

import faulthandler
import gc
import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from threading import get_ident
from types import ModuleType

from flowviz import compile_cache
from flowviz.logbook import crash_file, log_folder

XLA_VARIABLE = "TF_XLA_FLAGS"
GARBAGE_THRESHOLDS = 5_000, 5, 80
SWITCH_SECONDS = 5e-4
NUMBA_ARRAYS = "numba.np.arraymath"  # loads SciPy's linear algebra if it can


def configure() -> None:
    """Apply the settings that the command line and the window share, apart from `keep_compiled_programs`."""
    report_native_crashes()
    leave_out_libraries()
    skip_pydantic_plugins()
    limit_threads()
    search_garbage_less_often()
    silence_libraries()


def configure_window() -> None:
    """Apply the settings of a process with a window."""
    switch_threads_often()
    quit_on_interrupt()


def configure_worker() -> None:
    """Apply the settings of a process that trains for a command, whose environment it inherits."""
    leave_out_libraries()
    search_garbage_less_often()
    keep_compiled_programs()


def report_native_crashes() -> None:
    """Write a Python traceback when native code crashes, to stderr or, without a console, to a file beside the log.

    A crash inside TensorFlow or Qt otherwise ends the program without a word of where it happened. If neither can be
    written to, nothing is reported. Reference: https://docs.python.org/3/library/faulthandler.html
    """
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # stderr is closed, or is no file
            faulthandler.enable()
        return
    folder = log_folder()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(crash_file(folder), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        faulthandler.enable(descriptor)


def leave_out_libraries() -> None:
    """Keep TensorFlow from loading Keras, and numba from loading SciPy's linear algebra, before anything uses them.

    Both can do without them: numba then correlates arrays in a loop, and whatever else needs one of the libraries, such
    as an extension, loads it on first use. Loading TensorFlow takes 1.5 s of processor time instead of 2.1 s, and 80 MB
    less memory; loading the compiled code that draws takes 0.5 s instead of 0.7 s. Without this setting, Keras 3 and
    `scipy.linalg` are loaded.
    Reference: https://docs.python.org/3/library/sys.html#sys.meta_path
    """
    if not any(isinstance(finder, _Refusal) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Refusal())


def skip_pydantic_plugins() -> None:
    """Let pydantic look for no plugins, of which flowviz uses none.

    It otherwise reads the metadata of all installed packages before it validates the first spec, which delays the
    window by 5 ms if 120 packages are installed. Without it, they are read.
    Reference: https://docs.pydantic.dev/latest/concepts/plugins/#disabling-plugins
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def discard_stdout() -> None:
    """Send what is still written to stdout nowhere, because its reader, such as head, has read enough, or it is full.

    Python flushes stdout once more at its end, and would otherwise print an error.
    Reference: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def limit_threads() -> None:
    """Let TensorFlow compute each operation in one thread, and run at most two operations at once.

    The other cores are left to the window and to other trainings. The layers of a flow in two dimensions are too small
    to be shared between threads: a spline flow trains at 2,140 steps per second instead of 1,300 to 1,800, and the
    default flow as fast as with two. The second operation keeps a training moving while XLA compiles within an
    operation: the picture rests for 0.2 s instead of 2 s, at the same speed of training. Without this setting,
    TensorFlow takes as many threads as there are cores.
    Reference: tensorflow/core/common_runtime/process_util.cc, `NumInterOpThreadsFromEnvironment`.
    """
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "2")


def keep_compiled_programs(root: Path | None = None) -> None:
    """Let XLA and flowviz keep what they compile in a folder, by default in the user's caches.

    Call it before TensorFlow is loaded. The window calls it after its first picture, because it takes 5 ms.
    The second start of a flow takes 0.8 s instead of 3.2 s. Without the folder, everything is compiled anew. The
    signature checks are relaxed because the signature contains numbers that differ between processes; the hash of the
    program, by which XLA finds its code, is still compared.
    Reference: tensorflow/compiler/jit/flags.h, `tf_xla_persistent_cache_*`.
    """
    compile_cache.enable(root)
    given = os.environ.get(XLA_VARIABLE, "")
    flags = compile_cache.xla_flags()
    if flags and "persistent_cache" not in given:
        os.environ[XLA_VARIABLE] = f"{given} {flags}".strip()


def search_garbage_less_often() -> None:
    """Search for garbage every 5,000 new objects instead of every 700, and among all objects every two million.

    A search among all objects stops every thread for 0.2 s once TensorFlow is loaded, and loading it causes several:
    it takes 1.85 s instead of 2.35 s. The searches that remain stop the window for less than 0.04 s each. Without it,
    loading is slower, and the window stops more often.
    Reference: https://docs.python.org/3/library/gc.html#gc.set_threshold
    """
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def spare_loaded_objects() -> None:
    """Leave out what has been loaded so far from searches for garbage. Call once TensorFlow is loaded.

    A search among all objects then takes 1 ms instead of 0.2 s, or 3 s while the window trains on a busy computer.
    Garbage that exists at this moment is kept. Without it, such a search stops the window now and then.
    Reference: https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.freeze()


def silence_libraries() -> None:
    """Print neither warnings about odd details of fonts nor those about large pictures, which flowviz checks itself.

    References: https://fonttools.readthedocs.io/en/latest/misc/loggingTools.html,
    https://pillow.readthedocs.io/en/stable/reference/Image.html#PIL.Image.open
    """
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Image size .* could be decompression bomb")


def switch_threads_often() -> None:
    """Let a thread that runs Python code give way to the window after 0.5 ms instead of 5 ms.

    A frame has 16 ms, so two waits of 5 ms for other threads would delay it. Without it, the window is less smooth.
    Reference: https://docs.python.org/3/library/sys.html#sys.setswitchinterval
    """
    sys.setswitchinterval(SWITCH_SECONDS)


def quit_on_interrupt() -> None:
    """End the program at once on Ctrl+C in its terminal.

    Python's own handler waits until Qt returns to Python, which it does not while the window is idle.
    Reference: https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class _Refusal(MetaPathFinder, Loader):
    """Refuses Keras while TensorFlow is being loaded, and `scipy.linalg` while numba's arrays are.

    TensorFlow sets `__all__` last, and a submodule becomes an attribute of its package once it has been loaded.
    """

    def __init__(self) -> None:
        self._numba_thread = 0  # the thread that last began to load numba's arrays; others may load SciPy meanwhile

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name == NUMBA_ARRAYS:
            self._numba_thread = get_ident()
        if name == "scipy.linalg" and self._is_loading_numba:
            # A module that is refused later exists for a moment, in which another thread could take it for loaded.
            raise _refused(name)
        tensorflow = sys.modules.get("tensorflow")
        if name not in {"keras", "tf_keras"} or tensorflow is None or hasattr(tensorflow, "__all__"):
            return None
        spec = PathFinder.find_spec(name, path)  # TensorFlow also asks for the folder
        if spec is not None:
            spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        raise _refused(module.__name__)

    @property
    def _is_loading_numba(self) -> bool:
        package, _, module = NUMBA_ARRAYS.rpartition(".")
        is_begun = self._numba_thread == get_ident() and NUMBA_ARRAYS in sys.modules
        return is_begun and not hasattr(sys.modules.get(package), module)


def _refused(name: str) -> ImportError:
    return ImportError(f"{name} is loaded on first use.", name=name)
