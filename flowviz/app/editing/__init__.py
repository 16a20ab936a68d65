"""Editing of layers: disabling them, and bending their curves."""
