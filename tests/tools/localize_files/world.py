"""A small project that has the same texts in a file of every format, and independent readers of what comes of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import yaml

from tools.localize_files import readers, xml_readers
from tools.localize_files.readers import Reader

Strings = Mapping[str, str]
PLURAL = {"one": "%d song was found", "other": "%d songs were found"}


@dataclass(frozen=True)
class Kind:
    """A format in the project.

    Attributes:
        source: the path of the source file.
        pattern: where its translations stand.
        made: the source file of some texts.
        reader: reads the translation.
        first: what the Russian translation has before anything is done; empty where there is no such file.
    """

    source: str
    pattern: str
    made: Callable[[Strings], str]
    reader: Reader
    first: str = ""

    def target(self, root: Path, lang: str = "ru") -> Path:
        """The file of a translation."""
        return root / self.pattern.replace("[locale]", lang)

    def build(self, root: Path, texts: Strings) -> None:
        """Write its files."""
        for path, text in ((root / self.source, self.made(texts)), (self.target(root), self.first)):
            path.parent.mkdir(parents=True, exist_ok=True)
            if text:
                path.write_bytes(text.encode())

    def texts(self, root: Path, lang: str = "ru") -> list[str]:
        """What the independent reader finds in a translation; nothing where there is none."""
        file = self.target(root, lang)
        return list(self.reader(file.read_bytes(), ("en", lang)).values()) if file.exists() else []


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _quoted(text: str) -> str:
    """A text in the quotation marks and with the escapes that most formats have."""
    return json.dumps(text, ensure_ascii=False)


def _joined(texts: Strings, line: Callable[[str, str], str]) -> str:
    return "".join(line(key, text) for key, text in texts.items())


def _between(head: str, line: Callable[[str, str], str], tail: str) -> Callable[[Strings], str]:
    return lambda texts: head + _joined(texts, line) + tail


def _android(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("'", "\\'").replace('"', '\\"')


def _cues(head: str, dot: str) -> Callable[[Strings], str]:
    def made(texts: Strings) -> str:
        return head + "".join(
            f"{n}\n{n // 60:02}:{n % 60:02}:00{dot}000 --> {n // 60:02}:{n % 60:02}:01{dot}000\n{text}\n\n"
            for n, text in enumerate(texts.values(), 1)
        )

    return made


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RULE = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
_PO_HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    f'"Language: ru\\n"\n"Plural-Forms: {_RULE}\\n"\n\n'
)
_STRINGSDICT = (
    f'{_XML}<plist version="1.0">\n<dict>\n\t<key>songs</key>\n\t<dict>\n'
    "\t\t<key>NSStringLocalizedFormatKey</key>\n\t\t<string>%#@n@</string>\n\t\t<key>n</key>\n\t\t<dict>\n"
    "\t\t\t<key>NSStringFormatSpecTypeKey</key>\n\t\t\t<string>NSStringPluralRuleType</string>\n"
    "\t\t\t<key>NSStringFormatValueTypeKey</key>\n\t\t\t<string>d</string>\n"
    + _joined(PLURAL, lambda form, text: f"\t\t\t<key>{form}</key>\n\t\t\t<string>{escape(text)}</string>\n")
    + "\t\t</dict>\n\t</dict>\n"
)


def _xcstrings(texts: Strings) -> str:
    units = {key: {"stringUnit": {"state": "translated", "value": text}} for key, text in texts.items()}
    entries = {key: {"localizations": {"en": unit}} for key, unit in units.items()}
    return _json({"sourceLanguage": "en", "strings": entries, "version": "1.0"})


def _rails(texts: Strings) -> str:
    tree = {"en": {"app": {**texts, "songs": PLURAL}}}
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=1000)


def _fluent(key: str, text: str) -> str:
    return f"{key} =\n" + "".join(f"    {line}\n" for line in text.replace("{name}", "{ $name }").split("\n"))


KINDS = {
    "json": Kind("web/en.json", "web/[locale].json", _json, readers.json_texts),
    "i18next": Kind(
        "next/en.json",
        "next/[locale].json",
        lambda texts: _json({**texts, **{f"songs_{form}": text for form, text in PLURAL.items()}}),
        readers.json_texts,
    ),
    "arb": Kind("l10n/app_en.arb", "l10n/app_[locale].arb", lambda t: _json({"@@locale": "en", **t}), readers.arb),
    "xcstrings": Kind("ios/L.xcstrings", "ios/L.xcstrings", _xcstrings, readers.xcstrings),
    "android": Kind(
        "res/values/strings.xml",
        "res/values-[locale]/strings.xml",
        _between(
            f"{_XML}<resources>\n",
            lambda key, text: f'    <string name="{key}">{_android(text)}</string>\n',
            '    <plurals name="songs">\n'
            + _joined(PLURAL, lambda form, text: f'        <item quantity="{form}">{text}</item>\n')
            + "    </plurals>\n</resources>\n",
        ),
        xml_readers.android,
    ),
    "strings": Kind(
        "mac/en.lproj/L.strings",
        "mac/[locale].lproj/L.strings",
        _between("", lambda key, text: f'"{key}" = {_quoted(text)};\n', ""),
        readers.strings,
    ),
    "stringsdict": Kind(
        "mac/en.lproj/L.stringsdict",
        "mac/[locale].lproj/L.stringsdict",
        _between(
            _STRINGSDICT,
            lambda key, text: (
                f"\t<key>{key}</key>\n\t<dict>\n\t\t<key>NSStringLocalizedFormatKey</key>\n"
                f"\t\t<string>{escape(text)}</string>\n\t</dict>\n"
            ),
            "</dict>\n</plist>\n",
        ),
        readers.stringsdict,
    ),
    "po": Kind(
        "locale/en/app.po",
        "locale/[locale]/app.po",
        _between(
            _PO_HEAD,
            lambda key, text: f'#. {key}\nmsgid {_quoted(text)}\nmsgstr ""\n\n',
            f'msgid {_quoted(PLURAL["one"])}\nmsgid_plural {_quoted(PLURAL["other"])}\nmsgstr[0] ""\nmsgstr[1] ""\n',
        ),
        readers.po,
        _PO_HEAD,
    ),
    "xliff12": Kind(
        "x12/messages.xlf",
        "x12/messages.[locale].xlf",
        _between(
            f'{_XML}<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">\n'
            '  <file source-language="en" datatype="plaintext" original="app">\n    <body>\n',
            lambda key, text: (
                f'      <trans-unit id="{key}">\n        <source>{escape(text)}</source>\n      </trans-unit>\n'
            ),
            "    </body>\n  </file>\n</xliff>\n",
        ),
        xml_readers.xliff,
    ),
    "xliff20": Kind(
        "x20/messages.xlf",
        "x20/messages.[locale].xlf",
        _between(
            f'{_XML}<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="en">\n'
            '  <file id="f">\n',
            lambda key, text: (
                f'    <unit id="{key}">\n      <segment>\n        <source>{escape(text)}</source>\n'
                "      </segment>\n    </unit>\n"
            ),
            "  </file>\n</xliff>\n",
        ),
        xml_readers.xliff,
    ),
    "resx": Kind(
        "net/Strings.resx",
        "net/Strings.[locale].resx",
        _between(
            f'{_XML}<root>\n  <resheader name="resmimetype">\n    <value>text/microsoft-resx</value>\n  </resheader>\n',
            lambda key, text: (
                f'  <data name="{key}" xml:space="preserve">\n    <value>{escape(text)}</value>\n  </data>\n'
            ),
            "</root>\n",
        ),
        xml_readers.resx,
    ),
    "properties": Kind(
        "java/messages.properties",
        "java/messages_[locale].properties",
        _between("", lambda key, text: f"{key}={_quoted(text)[1:-1]}\n".replace('\\"', '"'), ""),
        readers.properties,
    ),
    "fluent": Kind("ftl/en/app.ftl", "ftl/[locale]/app.ftl", _between("", _fluent, ""), readers.fluent),
    "qt": Kind(
        "qt/app_ru.ts",
        "qt/app_[locale].ts",
        _between(
            f'{_XML}<!DOCTYPE TS>\n<TS version="2.1" language="ru" sourcelanguage="en">\n<context>\n'
            "    <name>Main</name>\n",
            lambda _, text: (
                f"    <message>\n        <source>{escape(text)}</source>\n"
                '        <translation type="unfinished"></translation>\n    </message>\n'
            ),
            "</context>\n</TS>\n",
        ),
        xml_readers.qt,
    ),
    "php": Kind(
        "lang/en/app.php",
        "lang/[locale]/app.php",
        _between(
            "<?php\n\nreturn [\n",
            lambda key, text: f"    '{key}' => {_quoted(text).replace('$', chr(92) + '$')},\n",
            "];\n",
        ),
        readers.php,
    ),
    "rails": Kind("config/en.yml", "config/[locale].yml", _rails, readers.rails),
    "markdown": Kind(
        "docs/en/intro.md",
        "docs/[locale]/intro.md",
        lambda texts: "# A title\n\n" + "\n\n".join(text for text in texts.values() if "\n" not in text) + "\n",
        readers.markdown,
    ),
    "srt": Kind("video/talk.en.srt", "video/talk.[locale].srt", _cues("", ","), readers.subtitles),
    "vtt": Kind("film/talk.en.vtt", "film/talk.[locale].vtt", _cues("WEBVTT\n\n", "."), readers.subtitles),
    "csv": Kind(
        "table/strings.csv",
        "table/strings.csv",
        _between("key,en,ru\n", lambda key, text: f'{key},"{text.replace(chr(34), chr(34) * 2)}",\n', ""),
        readers.csv_texts,
    ),
}
FILES = ", ".join(dict.fromkeys(kind.pattern for kind in KINDS.values()))
