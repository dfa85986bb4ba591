"""Configuration: one YAML file, checked whole, every complaint with file, line and remedy."""

from monitor.settings.load import load_settings, parse_settings
from monitor.settings.schema import Settings

__all__ = ["Settings", "load_settings", "parse_settings"]
