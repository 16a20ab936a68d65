"""The lines that TensorFlow prints while it loads, before it reads the variable that turns them off."""

import re

LINE = re.compile(
    r"^(?:WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR"
    r"|I0000 [\d:.]+ +\d+ (?:port|cudart_stub)\.cc:\d+\] .*)\n",
    re.MULTILINE,
)


def without_tensorflow_log(stderr: str) -> str:
    """Return what else a process has printed to stderr."""
    return LINE.sub("", stderr)
