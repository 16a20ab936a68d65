"""Training controls, the loss plot and metrics."""
