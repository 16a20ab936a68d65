"""Linux, macOS and Windows: nothing that only one of them has is used, and a wheel has what the program reads."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import flowviz

PACKAGE = Path(flowviz.__file__).parent
CHECKOUT = PACKAGE.parent
NOT_IN_THE_PROGRAM = {"guide", "pictures", "site", "site_pages"}

UNIX_MODULES = {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
WINDOWS_MODULES = {"msvcrt", "nt", "winreg", "winsound"}
UNIX_NAMES = {
    "os": (
        "WNOHANG chown chroot fchmod fchown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getuid "
        "initgroups killpg lchown major mkfifo mknod nice openpty posix_fadvise posix_spawn pread pwrite "
        "register_at_fork sched_getaffinity sched_setaffinity sendfile setgid setsid setuid statvfs sysconf uname "
        "wait3 wait4 O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK"
    ),
    "signal": "SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGUSR1 SIGUSR2 alarm pause pthread_kill setitimer sigwait",
    "socket": "AF_UNIX",
}
UNIX_OPTIONS = {"pass_fds", "preexec_fn"}  # of subprocess.Popen; on Windows, start_new_session has no effect


def used_names(tree: ast.AST) -> Iterator[str]:
    """The modules, the names in modules, and the options of calls."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module.split(".")[0]
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                yield f"{module}.{name}"
            case ast.keyword(arg=str(option)):
                yield option


BANNED = UNIX_MODULES | WINDOWS_MODULES | UNIX_OPTIONS
BANNED |= {f"{module}.{name}" for module, names in UNIX_NAMES.items() for name in names.split()}


def test_nothing_is_used_that_only_some_systems_have() -> None:
    modules = sorted(PACKAGE.rglob("*.py"))
    assert len(modules) > 150
    for path in modules:
        found = BANNED & set(used_names(ast.parse(path.read_text(encoding="utf-8"))))
        assert not found, f"{path.relative_to(CHECKOUT)} uses {', '.join(sorted(found))}"


@pytest.mark.parametrize(
    "code", ["import fcntl", "from pwd import getpwnam", "from os import fork", "os.getuid()", "run(x, pass_fds=())"]
)
def test_what_only_some_systems_have_would_be_found(code: str) -> None:
    assert BANNED & set(used_names(ast.parse(code)))


def test_a_wheel_has_all_resources_but_those_of_the_readme_and_the_site() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    folders = {path.name for path in (CHECKOUT / "resources").iterdir() if path.is_dir()}
    needed = {name: f"flowviz/resources/{name}" for name in folders - NOT_IN_THE_PROGRAM - {"__pycache__"}}
    assert wheel["force-include"] == {f"resources/{name}": place for name, place in needed.items()}
    assert wheel["shared-data"] == {"resources/desktop": "share"}
