"""The catalogue of shapes: the field's usual distributions over the plane."""

ShapeName = str  # a key of `SHAPES`, to which extensions add

SHAPES: dict[ShapeName, str] = {
    "square": "A square, filled evenly.",
    "gaussian": "One Gaussian whose coordinates are correlated.",
    "two_moons": "Two half circles that reach into each other.",
    "circles": "A circle within a circle.",
    "rings": "Four circles within each other.",
    "eight_gaussians": "Eight Gaussians on a circle.",
    "checkerboard": "The dark squares of a board, four by four.",
    "pinwheel": "Five arms that bend as they go out.",
    "two_spirals": "Two spirals that wind around each other.",
    "swiss_roll": "A spiral that is rolled up once and a half.",
    "banana": "A Gaussian that is bent along a parabola.",
    "cross": "A plus sign, filled evenly.",
    "star": "A star with five points, filled evenly.",
    "heart": "A heart, filled evenly.",
    "smiley": "A face that smiles.",
    "sine": "A sine wave of two periods.",
}


def words_of(name: str) -> str:
    """Return the name of a shape, or of an example of one, in words, such as "eight Gaussians"."""
    return name.replace("_", " ").replace("gaussian", "Gaussian")


def heading_of(name: str) -> str:
    """Return the name of a shape, or of an example of one, as a heading, such as "Eight Gaussians"."""
    words = words_of(name)
    return words[:1].upper() + words[1:]
