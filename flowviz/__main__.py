"""`python -m flowviz` is the `flowviz` command."""

from flowviz.cli import main

if __name__ == "__main__":
    main()
