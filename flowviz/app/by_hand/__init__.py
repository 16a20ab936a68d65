"""Flows that a user builds by hand: nothing is trained, and all curves are bent."""
