"""Checks of any density estimator for the plane: whether its density, its samples and its maps fit together."""
