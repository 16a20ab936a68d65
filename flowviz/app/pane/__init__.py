"""The cloud and its navigation through layers and training."""
