"""The start page, the gallery and the tour."""
