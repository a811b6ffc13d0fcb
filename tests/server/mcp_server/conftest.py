"""What is needed for one picture, for tests of what surrounds a tool."""

from tools.conftest import call, poster, service

__all__ = ["call", "poster", "service"]
