"""The gallery: trained projects and comparisons that are included with flowviz, made by `resources/make_gallery.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowviz import projects
from flowviz.errors import FileError
from flowviz.files import content_of, resource, write_bytes
from flowviz.projects.comparison import Comparison
from flowviz.projects.project import MAX_FILE_BYTES, Project
from flowviz.specs.view import Theme

SENTENCES: Mapping[str, str] = {
    "brad": "The word and the flow of the blog post: affine couplings and batch normalization.",
    "flow": "Four spline couplings: the sharpest letters with the fewest layers.",
    "drift": "Flow matching: particles drift to the letters along nearly straight paths. Try fewer steps, or Euler.",
    "three_flows": "A comparison: affine couplings, splines and flow matching learn the word SUN side by side.",
    "pinwheel": "Flow matching that pairs points at random, so paths bend. Compare them with those of the word DRIFT.",
    "sine": "A wave, learned by Glow: three times actnorm, a linear mixing of the whole cloud, and a coupling.",
    "two_moons": "A classic test: a Gaussian is pulled apart into two half circles, except for a thin thread.",
    "checkerboard": "Eight squares from one cloud: splines press particles into corners and leave few in between.",
    "eight_gaussians": "One Gaussian becomes eight. A flow cannot tear the plane, so thin bridges remain between them.",
    "eight_components": "The same eight Gaussians from a base of eight: no bridges remain, as nothing has to be torn.",
    "rings": "Circles within circles, learned by masked autoregressive layers. See what happens to the hole.",
    "two_spirals": "Two arms that wind around each other: layer after layer turns the plane a little further.",
    "heart": "A filled shape, learned by inverse autoregressive layers, which are fast to sample.",
    "smiley": "Eyes, a mouth and a ring: four islands that splines pull apart.",
    "planet": "A picture in shades of gray, learned as a density: the darker, the more particles.",
    "word_and_moons": "A mix of two sources: a word, and beside it the shape of that name.",
}


@dataclass(frozen=True)
class Example:
    """A trained project or comparison of the gallery.

    Attributes:
        name: Name of the example.
        sentence: What to notice in the example.
        path: Its file.
    """

    name: str
    sentence: str
    path: Path

    @property
    def is_comparison(self) -> bool:
        """Return whether the example compares several flows."""
        return projects.is_comparison(self.path)

    def thumbnail(self, theme: Theme) -> Path:
        """Return the path of a picture of the example, which `resources/make_thumbnails.py` has drawn."""
        return self.path.with_name(f"{self.name}_{theme}.png")

    def project(self) -> Project:
        """Load the project of an example that is not a comparison.

        Raises:
            FileError: If the file cannot be read.
        """
        return projects.load_project(self.path)

    def comparison(self) -> Comparison:
        """Load the comparison of an example that is one.

        Raises:
            FileError: If the file cannot be read.
        """
        return projects.load_comparison(self.path)

    def copy_to(self, path: Path) -> None:
        """Copy the file to a path.

        Raises:
            FileError: If the file cannot be read or the copy cannot be written.
        """
        write_bytes(path, content_of(self.path, MAX_FILE_BYTES))


def examples() -> list[Example]:
    """Return all installed examples, in the recommended order."""
    found = [Example(name, sentence, _path(name)) for name, sentence in SENTENCES.items()]
    return [example for example in found if example.path.exists()]


def example(name: str) -> Example:
    """Return the example with a name.

    Raises:
        FileError: If there is no such example.
    """
    named = {each.name: each for each in examples()}
    if name not in named:
        raise FileError(f"The gallery has no example named {name!r}. Choose one of {', '.join(named)}.")
    return named[name]


def _path(name: str) -> Path:
    return resource(f"gallery/{name}.flowviz")
