"""The compile cache: a folder in which the program keeps TensorFlow graphs and XLA's machine code between starts.

Only the program calls `enable`, through `flowviz.process`, so nothing is stored when flowviz is used as a library.
The cache can be deleted at any time. Its contents depend on the versions of Python and the packages, on the processor's
instruction set, and on the source code of flowviz, so each combination has a folder of its own.
"""

import os
import platform
import sys
import time
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree

from platformdirs import user_cache_path

from flowviz.machine import DISTRIBUTION, package_version

PACKAGES = (DISTRIBUTION, "tensorflow", "tensorflow-probability", "numpy")
SOURCES = ("flows", "training", "specs", "records")  # packages whose source determines the graphs
MAX_BYTES = 64_000_000  # about 25 flows: the training step of the default flow takes 2 MB
MAX_FOLDERS = 3  # combinations of versions, for example two virtual environments and a checkout
SEAL = ".blake2b"  # suffix of a file that holds the digest of another file
UNSEALED_SECONDS = 600.0  # younger files without a digest may still be incomplete

_enabled: list[Path] = []


def default_folder() -> Path:
    """Return the default folder of the cache, within the user's cache folder."""
    return user_cache_path("flowviz", appauthor=False) / "compiled"


def enable(root: Path | None = None) -> None:
    """Start to keep compiled programs in a folder. Once the cache is enabled, further calls have no effect.

    If the folder cannot be used, the cache remains disabled, and everything is compiled again at each start.

    Args:
        root: The folder for all versions. By default, that of `default_folder`.
    """
    if _enabled:
        return
    root = root or default_folder()
    folder = root / _digest_of_environment()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)  # nobody else may write code that this user executes
        os.utime(folder)
        _remove_old(root, folder)
    except OSError:
        return
    _enabled.append(folder)


def xla_flags() -> str:
    """Return the flags for TF_XLA_FLAGS that make XLA keep its code in the folder of this version.

    They are empty if the cache is not enabled, or if the path contains whitespace, which XLA cannot parse.
    """
    if not _enabled or any(letter.isspace() for letter in str(_enabled[0])):
        return ""
    flags = {
        "tf_xla_persistent_cache_directory": _enabled[0],
        "tf_xla_persistent_cache_prefix": "xla",
        "tf_xla_disable_strict_signature_checks": "true",
    }
    return " ".join(f"--{name}={value}" for name, value in flags.items())


def folder() -> Path | None:
    """Return the folder of this version, or None if the cache is not enabled.

    The first call verifies the files in the folder, which takes 0.1 s for a full cache. The window opens without it.
    """
    if not _enabled:
        return None
    _tidy_up(_enabled[0])
    return _enabled[0]


def mark_used(path: Path) -> None:
    """Record the use of a file, so that files that have not been used for longer are removed first."""
    with suppress(OSError):
        os.utime(path)


def seal_new() -> None:
    """Store the digest of each file that has none. Call it after XLA has compiled, when its files are complete."""
    if _enabled:
        for path in _contents(_enabled[0]):
            with suppress(OSError):  # a temporary file may have been renamed in the meantime
                if not _seal_of(path).exists():
                    _seal_of(path).write_text(_digest_of(path))


def clear() -> None:
    """Remove all files in the folder of this version."""
    if _enabled:
        for path in _enabled[0].glob("*"):
            with suppress(OSError):
                path.unlink()


def _digest_of_environment() -> str:
    modules = (path for package in SOURCES for path in Path(__file__).with_name(package).glob("*.py"))
    sources = sorted(modules, key=lambda path: path.name)
    described = [sys.version, platform.platform(), _processor(), os.environ.get("XLA_FLAGS", "")]
    described += [package_version(package) for package in PACKAGES]
    return _digest("\n".join(described).encode(), *(path.read_bytes() for path in sources))


def _digest_of(path: Path) -> str:
    """Return the digest of a file, and restore its access time, because verifying a file does not count as using it."""
    before = path.stat()
    digest = _digest(path.read_bytes())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    return digest


def _digest(*contents: bytes) -> str:
    digest = blake2b(digest_size=16)
    for content in contents:
        digest.update(content)
    return digest.hexdigest()


def _processor() -> str:
    """Return the model and instruction set of the processor, as far as they are known."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
        kept = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
        return "\n".join(sorted(kept))
    except OSError:
        return f"{platform.machine()} {platform.processor()}"


def _remove_old(root: Path, current: Path) -> None:
    """Remove the folders of other versions, except for the most recently used ones."""
    others = sorted((path for path in root.iterdir() if path.is_dir() and path != current), key=_modified)
    for path in others[: max(0, len(others) + 1 - MAX_FOLDERS)]:
        rmtree(path, ignore_errors=True)


@cache
def _tidy_up(folder: Path) -> None:
    with suppress(OSError):
        _remove_orphaned_seals(folder)
        _remove_damaged(folder)
        _remove_excess(folder)


def _remove_orphaned_seals(folder: Path) -> None:
    for seal in folder.glob(f"*{SEAL}"):
        if not seal.with_suffix("").exists():
            seal.unlink(missing_ok=True)


def _remove_damaged(folder: Path) -> None:
    """Remove files that have changed since their digest was stored, because XLA runs whatever code it finds."""
    for path in _contents(folder):
        try:
            is_whole = _seal_of(path).read_text() == _digest_of(path)
        except FileNotFoundError:  # another process may be writing it, under a temporary name until it is complete
            is_whole = time.time() - _modified(path) < UNSEALED_SECONDS
        except (OSError, ValueError):
            is_whole = False
        if not is_whole:
            _remove(path)


def _remove_excess(folder: Path) -> None:
    """Remove the least recently used files if the cache is too large."""
    total = 0
    for path in sorted(_contents(folder), key=_last_use, reverse=True):
        total += path.stat().st_size
        if total > MAX_BYTES:
            _remove(path)


def _contents(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix != SEAL and path.is_file()]


def _remove(path: Path) -> None:
    for each in (path, _seal_of(path)):
        with suppress(OSError):
            each.unlink()


def _seal_of(path: Path) -> Path:
    return path.with_name(path.name + SEAL)


def _last_use(path: Path) -> float:
    """Return when a file was last written or read, as a timestamp in seconds.

    XLA reads its files itself, so its uses are known only from the access time, which may be a day old.
    """
    with suppress(OSError):
        return max(path.stat().st_atime, path.stat().st_mtime)
    return 0.0


def _modified(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
