"""What is needed for one picture, for tests of what surrounds a tool."""

from tools.conftest import call, poster

__all__ = ["call", "poster"]
