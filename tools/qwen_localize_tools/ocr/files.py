"""A long reading as one file, in the format of its task."""

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from .._shared.spreadsheet import as_table
from .reading import Page

_ENDINGS = {"table": "html", "document": "tex", "formula": "tex", "fields": "json", "words": "json"}
MIME_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "tex": "application/x-tex",
}
_BEGIN, _END = "\\begin{document}", "\\end{document}"
_CLASS = re.compile(r"^[ \t]*\\documentclass.*$\n?", re.MULTILINE)
_PACKAGE = re.compile(r"^[ \t]*\\usepackage\b[^{\n]*(\{[^}\n]*\}).*$\n?", re.MULTILINE)
_PREAMBLE = "\\documentclass{article}\n\\usepackage{amsmath,amssymb,graphicx}\n"


def ending_of(task: str) -> str:
    """The file's ending, without a dot."""
    return _ENDINGS.get(task, "md")


def whole(task: str, pages: Sequence[Page]) -> str:
    """Everything that was read, each page under its number, with the reason in the place of one that failed."""
    kind = ending_of(task)
    if kind == "json":
        dumped: list[Any] = [page.model_dump(exclude_defaults=True) for page in pages]
        return json.dumps(dumped, ensure_ascii=False, indent=1)
    if len(pages) == 1:
        return pages[0].text
    if task == "document":
        return _document(pages)
    return "\n\n".join(f"{_comment(kind, page)}\n{page.text or _reason(kind, page)}" for page in pages)


def spreadsheet(pages: Sequence[Page]) -> str:
    """The rows of all tables as CSV, each page's under its number; empty if there are none."""
    rows: list[list[str]] = []
    for page in pages:
        rows += [[]] if rows else []
        rows += [[_heading(page)]] if len(pages) > 1 else []
        rows += page.rows
    return as_table(rows) if any(page.rows for page in pages) else ""


def _heading(page: Page) -> str:
    reason = page.error or page.warning
    return " ".join(f"page {page.page}{': ' if reason else ''}{reason}".split())


def _comment(kind: str, page: Page) -> str:
    words = _heading(page)
    return f"% {words}" if kind == "tex" else f"<!-- {words.replace('--', '- -')} -->"


def _reason(kind: str, page: Page) -> str:
    return "" if kind == "tex" or not page.error else escape(f"(not read: {page.error})", quote=False)


def _document(pages: Sequence[Page]) -> str:
    """One LaTeX document: the first page's preamble, with what the others use besides, and all bodies."""
    parts = [_parted(page.text) for page in pages]
    preamble = next((head for head, _ in parts if head.strip()), _PREAMBLE)
    bodies = []
    for page, (head, body) in zip(pages, parts, strict=True):
        if head != preamble:
            # The same package with other options would be an error.
            others = [found[0].strip() for found in _PACKAGE.finditer(head) if found[1] not in preamble]
            preamble = "\n".join([preamble.rstrip(), *others])
            # Titles and commands of its own may stand in the body; class and packages may not.
            body = f"{_PACKAGE.sub('', _CLASS.sub('', head)).strip()}\n{body}".strip()
        bodies.append(f"{_comment('tex', page)}\n{body}")
    return "\n".join([preamble.rstrip(), _BEGIN, "\n\n\\newpage\n".join(bodies), _END, ""])


def _parted(text: str) -> tuple[str, str]:
    """The preamble, if there is one, and the body; the end of one that was cut off is missing."""
    head, begin, rest = text.partition(_BEGIN)
    if not begin:
        return (text, "") if _CLASS.search(text) else ("", text.strip())
    body, end, _ = rest.rpartition(_END)
    return head.strip(), (body if end else rest).strip()
