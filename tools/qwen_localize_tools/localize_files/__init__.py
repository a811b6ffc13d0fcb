"""Localization files: what an app says, put into other languages where it stands."""
