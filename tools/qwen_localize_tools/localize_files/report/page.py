"""The report as a page of HTML that needs nothing else, and asks no network for anything."""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from qwen_localize.wellformed import whole

from .rows import Row

# Where no script runs, so many rows are shown.
_MOST_WITHOUT_SCRIPT = 500
_STATES = ("new", "changed", "kept", "stale", "left")
_ARABIC = ("acm", "acq", "aeb", "ar", "ars", "ary", "arz")
_RIGHT_TO_LEFT = frozenset((*_ARABIC, "ckb", "dv", "fa", "he", "iw", "ji", "pnb", "prs", "ps", "sd", "ug", "ur", "yi"))
_RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr"})
_ANDROID_REGION = re.compile(r"-r(?=[A-Z]{2}$)")


def page(title: str, rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    """The page: facts and counts, then the rows with filters.

    Args:
        title: of the page.
        rows: one for each text in each language.
        facts: what else is to be said, by its name.
    """
    style, script = _asset("page.css"), _asset("page.js")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}</title><style>{style}</style></head><body>",
        f'<h1 dir="auto">{escape(title)}</h1>',
        _facts(facts),
        _summary(rows),
        _FILTERS,
        f'<script type="application/json" id="data">{_data(rows)}</script><script>{script}</script>',
        f"<noscript>{_table(rows[:_MOST_WITHOUT_SCRIPT])}{_more(len(rows))}</noscript>",
        "</body></html>",
    ]
    return whole("\n".join(parts) + "\n")


_HEAD = "<thead><tr><th>Key</th><th>Source</th><th>Before</th><th>Now</th><th>State</th></tr></thead>"
_FILTERS = f"""<div id="review" hidden><form id="filters">
<select name="language" aria-label="Language"><option value="">all languages</option></select>
<select name="file" aria-label="File"><option value="">all files</option></select>
<select name="state" aria-label="State"><option value="">all states</option></select>
<label><input type="checkbox" name="doubts"> only what needs a look</label>
<input type="search" name="search" placeholder="search" aria-label="Search" dir="auto">
<span id="count" role="status"></span>
<button type="button" id="before" aria-label="Page before">‹</button>
<button type="button" id="after" aria-label="Page after">›</button>
</form><table class="texts">{_HEAD}<tbody id="rows"></tbody></table></div>"""


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is loaded, and nothing runs but what stands here: a text that was taken for markup could do nothing."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(rows: Sequence[Row]) -> str:
    """The rows for the script; a text in them cannot end the element that they are in."""
    cells = [
        (
            *(row.file, row.language, row.key, row.form, row.source, row.old, row.new),
            *(row.state, row.check, row.message, int(row.hard)),
        )
        for row in rows
    ]
    languages = {row.language: (_tag(row.language), _direction(row.language)) for row in rows}
    text = json.dumps({"rows": cells, "languages": languages}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _tag(language: str) -> str:
    """The language as browsers spell it: `zh-CN` for `zh_CN`, and for `zh-rCN`."""
    return _ANDROID_REGION.sub("-", language.replace("_", "-"))


def _direction(language: str) -> str:
    """In which a translation runs, also where it begins with a name in Latin letters."""
    base, *parts = _tag(language).casefold().split("-")
    return "rtl" if base in _RIGHT_TO_LEFT or _RIGHT_TO_LEFT_SCRIPTS.intersection(parts) else "auto"


def _facts(facts: Mapping[str, str]) -> str:
    pairs = (f'<div><dt>{escape(name)}</dt><dd dir="auto">{escape(fact)}</dd></div>' for name, fact in facts.items())
    return f"<dl>{''.join(pairs)}</dl>"


def _summary(rows: Sequence[Row]) -> str:
    """How many rows each language has in each state."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.language, Counter()).update((row.state, *(("doubts",) if row.is_doubt else ())))
    names = (*_STATES, "doubts")
    head = "".join(f"<th>{name}</th>" for name in names)
    lines = (
        f"<tr><td>{escape(language)}</td>{''.join(f'<td>{count[name]}</td>' for name in names)}</tr>"
        for language, count in counts.items()
    )
    return f'<table id="summary"><thead><tr><th>Language</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _table(rows: Sequence[Row]) -> str:
    return f'<table class="texts">{_HEAD}<tbody>{"".join(map(_line, rows))}</tbody></table>'


def _line(row: Row) -> str:
    key = f"{row.key} [{row.form}]" if row.form else row.key
    note = ": ".join(filter(None, (row.check, row.message)))
    lang = f'dir="{_direction(row.language)}" lang="{escape(_tag(row.language))}"'
    return (
        f'<tr class="{escape(row.state)} {"hard" if row.hard else "odd"}"><td class="place" dir="ltr">{escape(key)}'
        f"<small>{escape(row.file)} · {escape(row.language)}</small></td>"
        f'<td class="text" dir="auto">{escape(row.source)}</td>'
        f'<td class="text" {lang}>{escape(row.old)}</td>'
        f'<td class="text" {lang}>{escape(row.new)}</td>'
        f'<td><span class="state">{escape(row.state)}</span>'
        f'<span class="note" dir="auto">{escape(note)}</span></td></tr>'
    )


def _more(count: int) -> str:
    left = count - _MOST_WITHOUT_SCRIPT
    return (
        f"<p>And {left} more: they are shown where scripts may run, and in the table beside this page.</p>"
        if (left > 0)
        else ""
    )
