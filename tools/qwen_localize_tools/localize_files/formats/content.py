"""The bytes of a text file: encoding, mark and line ends, all of them kept."""

import codecs
from dataclasses import dataclass

from .model import UnreadableError

# The longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Content:
    """A file's text, and how it becomes bytes again."""

    text: str
    encoding: str = "utf-8"
    mark: bytes = b""

    @classmethod
    def of(cls, data: bytes) -> "Content":
        """What the bytes say.

        Raises:
            UnreadableError: they are no text, or would not come back as they are.
        """
        mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
        try:
            text = data[len(mark) :].decode(encoding)
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise UnreadableError(f"it is not text in UTF-8 or UTF-16 (line {line})") from None
        if "\0" in text or text.encode(encoding) != data[len(mark) :]:
            raise UnreadableError("it is not text")
        return cls(text, encoding, mark)

    def encoded(self, text: str) -> bytes:
        """Another text in the same encoding, with the same mark."""
        return self.mark + text.encode(self.encoding)


def newline(text: str) -> str:
    """The line end that a text has; that of its first line."""
    position = text.find("\n")
    return "\r\n" if position > 0 and text[position - 1] == "\r" else "\n"
