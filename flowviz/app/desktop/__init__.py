"""Integration with the desktop: settings, displays and notifications."""
