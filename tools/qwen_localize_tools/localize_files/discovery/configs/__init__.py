"""Configurations of other tools that say where localization files are: an explicit list, in the order of belief."""

from . import frameworks, translators
from .reading import Config, Reading

__all__ = ["CONFIGS", "Config", "Reading"]

CONFIGS: tuple[Config, ...] = (
    translators.LINGO,
    frameworks.INLANG,
    *frameworks.CONFIGS,
    *translators.CONFIGS,
    *frameworks.LATER,
)
