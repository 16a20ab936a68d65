"""The state of the window: what the user asks for, and what they look at."""
