"""Software versions and platform, recorded for reproducibility."""

import platform
from dataclasses import dataclass
from functools import cache

import flowviz
from flowviz.machine import package_version
from flowviz.records.bounds import Printable


@dataclass(frozen=True)
class Environment:
    """Software versions, such as "2.21.0", and the platform, such as "Linux 6.1.0 x86_64"."""

    flowviz: Printable
    tensorflow: Printable
    python: Printable
    platform: Printable

    @classmethod
    @cache
    def current(cls) -> "Environment":
        """Return the environment of this process, without importing TensorFlow."""
        system = platform.uname()
        return cls(
            flowviz=flowviz.__version__,
            tensorflow=package_version("tensorflow"),
            python=platform.python_version(),
            platform=_printable(f"{system.system} {system.release} {system.machine}"),
        )


def _printable(text: str) -> str:
    """Replace all but printable ASCII characters, and truncate to 200 characters, as project files require."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)[:200]
