"""The start page, the gallery of examples, and the tour."""
