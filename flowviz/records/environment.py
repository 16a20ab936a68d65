"""The software and the platform with which something was computed."""

import platform
from dataclasses import dataclass
from functools import cache

import flowviz
from flowviz.machine import package_version


@dataclass(frozen=True)
class Environment:
    """Versions and the platform, for example "2.21.0" and "Linux 6.1.0 x86_64"."""

    flowviz: str
    tensorflow: str
    python: str
    platform: str

    @classmethod
    @cache
    def current(cls) -> "Environment":
        """Return that of this process, without loading TensorFlow."""
        system = platform.uname()
        return cls(
            flowviz=flowviz.__version__,
            tensorflow=package_version("tensorflow"),
            python=platform.python_version(),
            platform=_printable(f"{system.system} {system.release} {system.machine}"),
        )


def _printable(text: str) -> str:
    """Return a text as a project file accepts it: up to 200 characters of printable ASCII."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)[:200]
