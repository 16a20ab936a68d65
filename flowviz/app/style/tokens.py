"""Tokens of the visual system: space, type, corners, lines and motion. The colors of both themes are in `theme`."""

UNIT = 8  # pixels of the grid to which spaces and sizes are aligned
TIGHT, GAP, WIDE, MARGIN = UNIT // 2, UNIT, 2 * UNIT, 3 * UNIT  # spaces in pixels, from related to unrelated
SMALL_TEXT, TEXT, LARGE_TEXT, TITLE_TEXT = 12, 13, 16, 22  # heights of letters in pixels, at a text size of 100%
CORNER, LARGE_CORNER = 6, 8  # radii in pixels, of controls and of floating panels
HAIRLINE, LINE, THICK_LINE = 1, 2, 3  # widths of lines in pixels
DOT = 6  # diameter in pixels of a point in a plot
MOTION_MS = 180  # duration of the opening of a sheet, an overlay or a presentation
