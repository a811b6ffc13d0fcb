"""A project checked out with other line ends, as git does on Windows, is the same project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult

from fakes_text import URL, translated
from support import Connect
from tools.localizing import LOCK, numbers

# A source file of each format, with texts and remarks of several lines where it can hold them.
FILES = {
    "locales/en.json": """\
{
  "a": "Hello one\\ntwo",
  "b": "Second text"
}
""",
    "app_en.arb": """\
{
  "@@locale": "en",
  "a": "Hello one",
  "@a": {"description": "two\\nlines"},
  "b": "Second text"
}
""",
    "Localizable.xcstrings": """\
{
  "sourceLanguage" : "en",
  "strings" : {
    "Hello there" : {

    },
    "b" : {
      "comment" : "The b",
      "localizations" : {
        "en" : {
          "stringUnit" : {
            "state" : "translated",
            "value" : "Second text\\nmore"
          }
        }
      }
    }
  },
  "version" : "1.0"
}
""",
    "res/values/strings.xml": """\
<?xml version="1.0" encoding="utf-8"?>
<resources>
    <!-- A comment
         over two lines -->
    <string name="a">Hello one</string>
    <string name="b">Second text
        over two lines</string>
    <string-array name="arr">
        <item>First item</item>
        <item>Other item</item>
    </string-array>
    <plurals name="p">
        <item quantity="one">%d song</item>
        <item quantity="other">%d songs</item>
    </plurals>
</resources>
""",
    "po/messages.pot": """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#. A comment
#. and more
#: a.c:1
msgid "Hello one"
msgstr ""

msgid ""
"Second text\\n"
"over two lines"
msgstr ""

msgid "%d song"
msgid_plural "%d songs"
msgstr[0] ""
msgstr[1] ""
""",
    "en.lproj/Localizable.strings": """\
/* A comment
   over lines */
"a" = "Hello one";

"b" = "Second text
over two lines";
""",
    "en.lproj/Localizable.stringsdict": """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>songs</key>
\t<dict>
\t\t<key>NSStringLocalizedFormatKey</key>
\t\t<string>%#@n@</string>
\t\t<key>n</key>
\t\t<dict>
\t\t\t<key>NSStringFormatSpecTypeKey</key>
\t\t\t<string>NSStringPluralRuleType</string>
\t\t\t<key>NSStringFormatValueTypeKey</key>
\t\t\t<string>d</string>
\t\t\t<key>one</key>
\t\t\t<string>%d song
here</string>
\t\t\t<key>other</key>
\t\t\t<string>%d songs
here</string>
\t\t</dict>
\t</dict>
</dict>
</plist>
""",
    "config/locales/en.yml": """\
en:
  a: Hello one
  b: |
    Second text
    over two lines
  c: >
    Folded text
    over lines
  d: "Quoted text
    over lines"
  e: Plain text
    over lines
""",
    "src/messages.en.xlf": """\
<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file source-language="en" datatype="plaintext" original="x">
    <body>
      <trans-unit id="a">
        <source>Hello one</source>
        <note>A note
over lines</note>
      </trans-unit>
      <trans-unit id="b">
        <source>Second text
        over two lines</source>
      </trans-unit>
    </body>
  </file>
</xliff>
""",
    "i18n/en.xlf": """\
<?xml version="1.0" encoding="UTF-8"?>
<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="en">
  <file id="f">
    <unit id="a">
      <notes>
        <note>A note
 over lines</note>
      </notes>
      <segment>
        <source>Hello one</source>
      </segment>
    </unit>
    <unit id="b">
      <segment>
        <source>Second text
        over two lines</source>
      </segment>
    </unit>
  </file>
</xliff>
""",
    "Resources.resx": """\
<?xml version="1.0" encoding="utf-8"?>
<root>
  <resheader name="resmimetype">
    <value>text/microsoft-resx</value>
  </resheader>
  <data name="a" xml:space="preserve">
    <value>Hello one</value>
    <comment>Some
lines</comment>
  </data>
  <data name="b" xml:space="preserve">
    <value>Second text
over two lines</value>
  </data>
</root>
""",
    "messages_en.properties": """\
# A comment
# of lines
a=Hello one
b=Second text \\
  over two lines
c=With\\nbreak
""",
    "locales/en/main.ftl": """\
# A comment
# of lines
a = Hello one
b =
    Second text
    over two lines
c = { $n ->
    [one] { $n } song
   *[other] { $n } songs
}
""",
    "ts/app_en.ts": """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>Main</name>
    <message>
        <source>Hello one</source>
        <comment>over
lines</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second text
over two lines</source>
        <extracomment>over
lines</extracomment>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
""",
    "lang/en/messages.php": """\
<?php

return [
    // a
    'a' => 'Hello one',
    'b' => 'Second text
over two lines',
    'c' => [
        'd' => "Quoted
over lines",
    ],
];
""",
    "docs/en/guide.md": """\
---
title: Hello there
---

# Head line

First paragraph
over two lines.

- An item
  over two lines
- Other item

```js
code()
```

| a head | b head |
|---|---|
| cell one | cell two |

> Quoted text
> over two lines

<p>
Html text
</p>
""",
    "subs/film.en.srt": """\
1
00:00:01,000 --> 00:00:02,000
Hello one
over two lines

2
00:00:03,000 --> 00:00:04,000
Second text
""",
    "subs/film.en.vtt": """\
WEBVTT

NOTE a note
over lines

00:01.000 --> 00:02.000
Hello one
over two lines

00:03.000 --> 00:04.000
Second text
""",
    "i18n/strings.csv": """\
key,en,ru
a,Hello one,
b,"Second text
over two lines",
""",
    "_locales/en/messages.json": """\
{
  "a": {
    "message": "Hello one",
    "description": "d"
  }
}
""",
    "package.nls.json": """\
{
  "a": "Hello one"
}
""",
}
# Where their translations lie, where that is not plain from the name.
PATTERNS = {
    "i18n/en.xlf": "i18n/[locale].xlf",
    "subs/film.en.srt": "subs/film.[locale].srt",
    "subs/film.en.vtt": "subs/film.[locale].vtt",
    "ts/app_en.ts": "ts/app_[locale].ts",
    "docs/en/guide.md": "docs/[locale]/*.md",
}

Localize = Callable[[], Any]


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(side_effect=translated)


@pytest.fixture(params=FILES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(tmp_path: Path, name: str) -> Path:
    path = tmp_path / "app" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(FILES[name].encode())
    return tmp_path / "app"


@pytest.fixture
def localize(connect: Connect, app: Path, name: str) -> Localize:
    async def called() -> CallToolResult:
        given = {"path": str(app), "target_langs": "ru", "mode": "apply", "source_lang": "en"}
        async with connect() as client:
            return await client.call_tool("localize_files", given | {"files": PATTERNS.get(name, "")})

    return called


def checked_out(app: Path, end: bytes, but: str = "") -> None:
    """Give all files the line end, but for those of a name."""
    for path in (path for path in app.rglob("*") if path.is_file() and path.name != but):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", end))


def stamps(app: Path) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in app.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("first", "second"), [(b"\n", b"\r\n"), (b"\r\n", b"\n")], ids=["to CRLF", "to LF"])
async def test_other_line_ends_are_no_change(
    first: bytes, second: bytes, service: respx.Route, localize: Localize, app: Path
) -> None:
    checked_out(app, first)
    done = numbers(await localize())
    assert done["files"] == 1
    assert "left" not in done
    texts = [data for path, (data, _) in stamps(app).items() if path.name != LOCK]
    assert all(data == data.replace(b"\r\n", b"\n").replace(b"\n", first) for data in texts)
    asked = service.call_count
    for lock_too in (False, True):
        checked_out(app, second, "" if lock_too else LOCK)
        before = stamps(app)
        assert set(numbers(await localize())) == {"kept"}
        assert service.call_count == asked
        assert stamps(app) == before
