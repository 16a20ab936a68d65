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
