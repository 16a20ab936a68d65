"""The training of the flow that is shown, its controls, its losses and its metrics."""
