"""The library leaves the process of its host as it is, and the program changes its own in one module."""

import json
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import flowviz

PACKAGE = Path(flowviz.__file__).parent
ADAPTERS = (
    "flowviz.adapters.flowjax_",
    "flowviz.adapters.normflows_",
    "flowviz.adapters.torch_",
    "flowviz.adapters.zuko_",
)
PROGRAM = ("flowviz.app", "flowviz.cli", "flowviz.self_test", "flowviz.process", "flowviz.__main__")
LIBRARY = ["flowviz"] + [
    module.name
    for module in pkgutil.walk_packages([str(PACKAGE)], "flowviz.")
    if not module.name.startswith(PROGRAM + ADAPTERS)  # adapters import libraries that may not be installed
]
RECORDING = """
import decimal, faulthandler, gc, importlib, json, locale, logging, os, random, resource, signal, subprocess, sys
import threading, time, warnings
from pathlib import Path

def status():
    lines = Path("/proc/self/status").read_text().splitlines()
    kept = ("Umask", "SigBlk", "SigIgn", "SigCgt", "Cpus_allowed", "NoNewPrivs", "Seccomp", "THP_enabled")
    return {line.split(":")[0]: line.split(":")[1].strip() for line in lines if line.startswith(kept)}

def descriptors():
    found = {}
    for path in sorted(Path("/proc/self/fd").iterdir()):
        try:
            found[path.name] = os.readlink(path)
        except FileNotFoundError:
            pass  # it listed the folder
    return found

def loggers():
    names = ("tensorflow", "fontTools", "matplotlib", "PIL", "absl", "numba")
    named = {name: logging.getLogger(name) for name in names}
    return {name: (logger.level, len(logger.handlers), logger.disabled) for name, logger in named.items()}

def recorded():
    root = logging.getLogger()
    return {
        "variables": dict(os.environ),
        "variables of children": subprocess.run(["env"], capture_output=True, text=True).stdout,
        "status": status(),
        "descriptors": descriptors(),
        "garbage": (gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.get_freeze_count(), len(gc.callbacks)),
        "signals": {str(number): repr(signal.getsignal(number)) for number in signal.valid_signals()},
        "faults": faulthandler.is_enabled(),
        "warnings": sorted(repr(each) for each in (*warnings.filters, warnings.showwarning)),
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (root.level, [repr(each) for each in root.handlers], repr(logging.lastResort)),
        "logging, disabled": logging.root.manager.disable,
        "hooks": [repr(each) for each in (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook)],
        "streams": [repr(each) for each in (sys.stdin, sys.stdout, sys.stderr)],
        "interpreter": (sys.getswitchinterval(), sys.getrecursionlimit(), threading.stack_size(), sys.gettrace()),
        "imports": (sys.path, [repr(each) for each in sys.meta_path], len(sys.path_hooks), sys.dont_write_bytecode),
        "random": repr(random.getstate()),
        "decimal": repr(decimal.getcontext()),
        "folder": os.getcwd(),
        "priority": (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))),
        "limits": [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT")],
        "time zone": time.tzname,
    }

def recorded_libraries():
    import matplotlib, numba, numpy as np, pandas as pd, PIL.Image, tensorflow as tf
    threading_of_tf = tf.config.threading
    return {
        "loggers": loggers(),
        "keras": "keras" in sys.modules,
        "threads": (threading_of_tf.get_intra_op_parallelism_threads(), numba.get_num_threads(),
                    threading_of_tf.get_inter_op_parallelism_threads()),
        "tensorflow": (tf.config.optimizer.get_jit(), tf.executing_eagerly(), tf.config.get_soft_device_placement(),
                       tf.config.optimizer.get_experimental_options(), repr(tf.config.get_visible_devices())),
        "numpy": (np.geterr(), np.get_printoptions()),
        "random of numpy": repr(np.random.get_state()),
        "matplotlib": {name: repr(value) for name, value in matplotlib.rcParams.items()},
        "pillow": PIL.Image.MAX_IMAGE_PIXELS,
        "pandas": {name: repr(pd.get_option(name)) for name in ("display.max_rows", "mode.copy_on_write")},
    }

before = recorded()
for name in sys.argv[1].split():
    importlib.import_module(name)
between = recorded() | recorded_libraries() if sys.argv[1] else {}
for name in sys.argv[2].split():
    importlib.import_module(name)
after = recorded() | recorded_libraries()
print(json.dumps([before, between, after], default=repr))
"""
# A host that does without Keras, as TensorFlow can, and seldom searches for garbage: it loads the rest sooner.
QUICK_HOST = """
import gc, sys
gc.set_threshold(100_000, 50, 100)
sys.modules["keras"] = None
"""
# The packages that the library loads. Some of them change their host, such as TensorFlow, which sets variables.
DEPENDENCIES = "matplotlib.figure numba pandas joblib PIL.Image tensorflow tensorflow_probability"


def records(dependencies: str, library: str, host: str = "") -> list[dict[str, Any]]:
    """Return what a process of a host records at its start, and after each of two groups of imports."""
    ours = ("TF_", "XLA_", "QT_", "NUMBA_", "OMP_", "PYTEST_", "PYTHONFAULTHANDLER")  # set by this test process
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-c", host + RECORDING, dependencies, library]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, env=environment)
    found = json.loads(re.sub(r"0x[0-9a-f]+|(?<=pipe:)\[\d+\]", "…", done.stdout))
    assert isinstance(found, list)
    return found


def differences(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {name: (first[name], second[name]) for name in first if first[name] != second[name]}


linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what a process has set")


@linux
def test_importing_the_library_changes_only_what_its_dependencies_change() -> None:
    _, with_dependencies, with_both = records(DEPENDENCIES, " ".join(LIBRARY), QUICK_HOST)
    assert differences(with_dependencies, with_both) == {}


@linux
@pytest.mark.slow  # loads everything two more times; what the library itself changes is found above
def test_importing_the_library_alone_changes_no_more_than_its_dependencies() -> None:
    _, with_dependencies, _ = records(DEPENDENCIES, "")
    before, _, with_library = records("", " ".join(LIBRARY))
    assert with_library["keras"], "the host keeps its own Keras"
    differing = differences(with_dependencies, with_library)
    assert differing.keys() <= {"random", "random of numpy", "warnings", "imports"}, "each has a seed"
    assert {*map(repr, with_library["warnings"])} <= {*map(repr, with_dependencies["warnings"])}, "TFP loads lazily"
    assert {*with_library["imports"][1]} <= {*with_dependencies["imports"][1]}
    changed = differences(before, with_library)
    assert changed.keys() <= {"variables", "variables of children", "status", "warnings", "imports", "random"}


CHANGES = re.compile(
    r"mallopt|umask\(|dup2|redirect_std|catch_warnings|simplefilter|filterwarnings|gc\.(?:disable|enable|freeze|set_)"
    r"|setswitchinterval|faulthandler\.|environ\[[^]]*\] \+?= |environ\.(?:setdefault|update|pop|clear)|putenv"
    r"|setrlimit|set_(?:intra|inter)_op|setlocale|captureWarnings|stack_size\(|setrecursionlimit"
)


def test_only_one_module_changes_the_process() -> None:
    modules = {path.relative_to(PACKAGE): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    found = {str(path): CHANGES.findall(text) for path, text in modules.items() if CHANGES.search(text)}
    # A worker of a cluster, which runs nothing else meanwhile, sets how many threads its numeric libraries start.
    # While TensorFlow is imported, its log is left out, and everything is restored.
    assert found.keys() == {"process.py", "training/jobs.py", "tensorflow_log.py"}
    assert found["training/jobs.py"] == ["environ.update"]
    assert "mallopt" not in found["process.py"]
    callers = {str(path) for path, text in modules.items() if re.search(r"process\.configure(?!_worker)", text)}
    assert callers == {str(Path("cli/__init__.py")), str(Path("app/main.py"))}
    starters = {str(path) for path, text in modules.items() if "process.configure_worker" in text}
    assert starters == {str(Path("cli/comparison.py"))}, "processes of their own"
