"""Pictures of projects and comparisons, which notebooks display. The library registers the functions that draw them."""

from functools import singledispatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


@singledispatch
def draw(shown: object, path: Path, **options: Any) -> None:
    """Write the picture of a project or a comparison to a file.

    Args:
        shown: The project or the comparison.
        path: The file. Its suffix implies the format.
        **options: Keyword arguments of the registered function.

    Raises:
        NotImplementedError: If `flowviz.library` has not been imported. Notebooks then show text.
    """
    raise NotImplementedError(f"flowviz.library draws a {type(shown).__name__}. Import it first.")


@singledispatch
def widget_bundle(_: object) -> dict[str, Any]:
    """Return the widget of a project or a comparison by media types, as notebooks display it; empty if there is none.

    `flowviz.library` registers the function that makes it.
    """
    return {}


def png_of(shown: object, **options: Any) -> bytes:
    """Return the picture of a project or a comparison as a PNG. Options are as for `draw`."""
    with TemporaryDirectory(prefix="flowviz-") as folder:
        path = Path(folder) / "picture.png"
        draw(shown, path, **options)
        return path.read_bytes()
