"""The `flowviz` command in a process of its own, which a signal reaches at a chosen place."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, signal, sys
{patch}
sys.argv = ["flowviz", *sys.argv[1:]]
from flowviz.cli import main
main()
"""


def run_program(arguments: str, folder: Path, patch: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command in a folder, after Python code that prepares when a signal arrives."""
    command = [sys.executable, "-c", SCRIPT.format(patch=patch), *arguments.split()]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
