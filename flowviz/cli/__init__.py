"""The command line. Results go to files or stdout, messages to stderr."""

import sys

from flowviz import process


def main() -> None:
    """Run the `flowviz` command. A user error prints one sentence and exits with status 2."""
    process.configure()
    # Imported only now: searches for garbage, which are frequent by default, would slow these imports down.
    from flowviz.cli.invocation import run

    sys.exit(run(sys.argv[1:]))
