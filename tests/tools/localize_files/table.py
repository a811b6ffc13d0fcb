"""Every format with real files, and an independent reader for each; `corpus/ORIGINS.md` says where they come from."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from qwen_localize_tools.localize_files.formats import Content, Direction, Format, Unit, format_of
from tools.localize_files import readers, xml_readers
from tools.localize_files.readers import Languages, Reader, Texts

_Thing = TypeVar("_Thing")
CORPUS = Path(__file__).parent / "corpus"


def as_is(text: str) -> str:
    """A text that both readers give alike."""
    return text


def on_one_line(text: str) -> str:
    """A text whose line breaks are not compared."""
    return " ".join(text.split())


def as_fluent(text: str) -> str:
    """A text in which the spaces within braces are not compared."""
    return re.sub(r"\s*([{}])\s*", r"\1", text)


@dataclass(frozen=True)
class Case:
    """A source file and perhaps its translation, with the reader that judges both.

    Attributes:
        source: the path below the corpus.
        target: likewise; empty where there is no translation.
        reader: reads the texts in the file's language; for files with two languages, those of the target.
        sources: for files with two languages, reads the source texts.
        alike: what makes texts comparable.
    """

    source: str
    target: str
    reader: Reader
    sources: Reader | None = None
    languages: Languages = ("en", "ru")
    alike: Callable[[str], str] = as_is

    @property
    def file(self) -> str:
        """What is tried: the translation if there is one."""
        return self.target or self.source

    @property
    def direction(self) -> Direction:
        """From which language into which."""
        return Direction(*self.languages)

    @cached_property
    def data(self) -> bytes:
        """The bytes of the file that is tried."""
        return (CORPUS / self.file).read_bytes()

    @cached_property
    def source_data(self) -> bytes:
        """The bytes of the source file."""
        return (CORPUS / self.source).read_bytes()

    @cached_property
    def format(self) -> Format:
        """The format that takes such a file."""
        found = format_of(self.file, Content.of(self.data).text)
        assert found, self.file
        return found

    def units(self, text: str) -> dict[str, Unit]:
        """The units of a text by their keys, of which none is there twice."""
        found = self.format.read(text, self.direction)
        keyed = {unit.key: unit for unit in found}
        assert len(keyed) == len(found)
        return keyed

    def texts(self, data: bytes) -> Texts:
        """What the independent reader finds."""
        return {path: self.alike(text) for path, text in self.reader(data, self.languages).items()}

    def sample(self, things: Sequence[_Thing], count: int) -> list[_Thing]:
        """Some of the things, always the same."""
        return random.Random(self.file).sample(things, min(count, len(things)))


def _cases(
    folder: str,
    reader: Reader,
    source: str,
    *targets: str,
    sources: Reader | None = None,
    alike: Callable[[str], str] = as_is,
    languages: Languages = ("en", ""),
) -> list[Case]:
    """A source file by itself, and with each of its translations; the language stands before its path: `ru:ru.json`."""
    alone = Case(f"{folder}/{source}", "", reader, sources, (languages[0], languages[1] or "ru"), alike)
    pairs = [target.split(":", 1) for target in targets]
    return [
        alone,
        *(
            Case(f"{folder}/{source}", f"{folder}/{path}", reader, sources, (languages[0], language), alike)
            for language, path in pairs
        ),
    ]


def _all(folder: str, reader: Reader, *files: str, sources: Reader | None = None) -> list[Case]:
    return [case for file in files for case in _cases(folder, reader, file, sources=sources)]


_JSON = [
    *_cases("json-flat/strapi", readers.json_texts, "en.json", "ru:ru.json"),
    *_cases("json-flat/iobroker", readers.json_texts, "en.json", "ru:ru.json", "de:de.json"),
    *_cases("json-flat/docusaurus-theme", readers.json_texts, "base/theme-common.json", "ru:ru/theme-common.json"),
    *_cases("json-nested/gradio", readers.json_texts, "en.json", "ru:ru.json", "de:de.json"),
    *_cases(
        "json-nested/node-red", readers.json_texts, "en-US/infotips.json", "ru:ru/infotips.json", "de:de/infotips.json"
    ),
    *_cases("i18next/airflow", readers.json_texts, "en/common.json", "ru:ru/common.json", "de:de/common.json"),
    *_cases("i18next/airflow", readers.json_texts, "en/dag.json", "ru:ru/dag.json"),
    *_cases("i18next/airflow", readers.json_texts, "en/tasks.json", "ru:ru/tasks.json"),
    *_cases("chrome/form-history-control/_locales", readers.messages, "en/messages.json", "ru:ru/messages.json"),
    *_all(
        "vscode-nls/vscode",
        readers.messages,
        *(f"{name}/package.nls.json" for name in ("emmet", "merge-conflict", "npm")),
    ),
    *_cases("vscode-nls/hand-made", readers.messages, "package.nls.json", "ru:package.nls.ru.json"),
    *_cases("docusaurus/hand-made/i18n", readers.messages, "en/code.json", "ru:ru/code.json"),
    *_all("docusaurus/hand-made/i18n", readers.messages, "en/docusaurus-theme-classic/footer.json"),
    *_cases("arb/hand-made/lib/l10n", readers.arb, "app_en.arb", "ru:app_ru.arb"),
    *_cases("xcstrings/hand-made", readers.xcstrings, "Localizable.xcstrings", "de:Localizable.xcstrings"),
]
_XML = [
    *(
        case
        for app in ("PrintSpooler", "Shell")
        for case in _cases(
            f"android/aosp/{app}/res",
            xml_readers.android,
            "values/strings.xml",
            "ru:values-ru/strings.xml",
            "de:values-de/strings.xml",
        )
    ),
    *_cases("android/aosp/SettingsLib/res", xml_readers.android, "values/strings.xml", "ru:values-ru/strings.xml"),
    *_cases(
        "android/react-native",
        xml_readers.android,
        "values/strings.xml",
        "ru:values-ru/strings.xml",
        "de:values-de/strings.xml",
    ),
    *_cases(
        "stringsdict/hand-made",
        readers.stringsdict,
        "en.lproj/Localizable.stringsdict",
        "ru:ru.lproj/Localizable.stringsdict",
    ),
    *_cases("resx/corefx", xml_readers.resx, "Strings.resx", "ru:Strings.ru.resx", "de:Strings.de.resx"),
    *_cases(
        "xliff12/symfony/Form/Resources/translations",
        xml_readers.xliff,
        "validators.en.xlf",
        "ru:validators.ru.xlf",
        "de:validators.de.xlf",
        sources=xml_readers.xliff_sources,
    ),
    *(
        case
        for folder, file in (
            ("xliff12/symfony-fixtures", "resources.xlf"),
            ("xliff12/symfony-fixtures", "resources-multi-files.xlf"),
            ("xliff12/hand-made", "angular/messages.xlf"),
            ("xliff12/hand-made", "xcode/ru.xliff"),
            ("xliff20/symfony-fixtures", "resources-2.0.xlf"),
            ("xliff20/symfony-fixtures", "resources-2.0-name.xlf"),
            ("xliff20/symfony-fixtures", "resources-2.0-multi-segment-unit.xlf"),
            ("xliff20/symfony-fixtures", "resources-notes-meta.xlf"),
        )
        for case in _cases(folder, xml_readers.xliff, file, sources=xml_readers.xliff_sources)
    ),
    *_cases(
        "xliff20/hand-made",
        xml_readers.xliff,
        "messages.xlf",
        "ru:messages.ru.xlf",
        sources=xml_readers.xliff_sources,
    ),
    *_cases("qt/litecoin", xml_readers.qt, "bitcoin_bs.ts", sources=xml_readers.qt_sources, languages=("en", "bs")),
    *_cases("qt/litecoin", xml_readers.qt, "bitcoin_is.ts", sources=xml_readers.qt_sources, languages=("en", "is")),
    *_cases("qt/symfony-fixtures", xml_readers.qt, "resources.ts", sources=xml_readers.qt_sources),
    *_cases("qt/hand-made", xml_readers.qt, "app_en.ts", "ru:app_ru.ts", sources=xml_readers.qt_sources),
]
_LINES = [
    *(
        case
        for source, target in (
            ("humanize/locale/en/LC_MESSAGES/django.po", "ru:humanize/locale/ru/LC_MESSAGES/django.po"),
            ("admin/locale/en/LC_MESSAGES/djangojs.po", "ru:admin/locale/ru/LC_MESSAGES/djangojs.po"),
            ("auth/locale/en/LC_MESSAGES/django.po", "de:auth/locale/de/LC_MESSAGES/django.po"),
        )
        for case in _cases("po/django", readers.po, source, target, sources=readers.po_sources)
    ),
    *_cases(
        "po/wtforms",
        readers.po,
        "wtforms.pot",
        "ru:ru/LC_MESSAGES/wtforms.po",
        "de:de/LC_MESSAGES/wtforms.po",
        sources=readers.po_sources,
    ),
    *_cases("po/flask-admin", readers.po, "ru/LC_MESSAGES/admin.po", sources=readers.po_sources),
    *_cases(
        "strings/qbimagepicker",
        readers.strings,
        "en.lproj/QBImagePicker.strings",
        "ru:ru.lproj/QBImagePicker.strings",
        "de:de.lproj/QBImagePicker.strings",
    ),
    *_all("strings/react-native", readers.strings, "en.lproj/Localizable.strings", "ru.lproj/Localizable.strings"),
    *_cases("strings/hand-made", readers.strings, "en.lproj/Localizable.strings", "ru:ru.lproj/Localizable.strings"),
    *_all("strings/hand-made", readers.strings, "en.lproj/InfoPlist.strings"),
    *_cases(
        "properties/tomcat/manager",
        readers.properties,
        "LocalStrings.properties",
        "ru:LocalStrings_ru.properties",
        "de:LocalStrings_de.properties",
    ),
    *_cases("properties/pdfjs", readers.properties, "en-US/viewer.properties", "ru:ru/viewer.properties"),
    *_cases("properties/hand-made", readers.properties, "messages.properties", "ru:messages_ru.properties"),
    *_cases(
        "fluent/pdfjs", readers.fluent, "en-US/viewer.ftl", "ru:ru/viewer.ftl", "de:de/viewer.ftl", alike=as_fluent
    ),
    *_cases("php/carbon", readers.php, "en.php", "de:de.php"),
    *_all("php/carbon", readers.php, "ru.php"),  # computes what is a text in English
    *_cases("php/hand-made/lang", readers.php, "en/validation.php", "ru:ru/validation.php"),
    *_cases("csv/hand-made", readers.csv_texts, "strings.csv", "de:strings.csv"),
    *_all("csv/hand-made", readers.csv_texts, "export.csv"),
]
_DOCUMENTS = [
    *_cases("rails/doorkeeper", readers.rails, "en.yml", "ru:ru.yml", "de:de.yml"),
    *_cases("rails/hand-made/config/locales", readers.rails, "en.yml", "ru:ru.yml"),
    *_cases("rails", readers.rails, "actionview/en.yml", "ru:hand-made/actionview/ru.yml"),
    *_all("rails/activesupport", readers.rails, "en.yml"),
    *(
        case
        for file in (
            "iobroker/en/README.md",
            "iobroker/en/upgrade-guide.md",
            "iobroker/de/README.md",
            "hand-made/README.md",
            "hand-made/docs/en/intro.md",
        )
        for case in _cases("markdown", readers.markdown, file, alike=on_one_line)
    ),
    *_cases("srt/hand-made", readers.subtitles, "elephants-dream.en.srt"),
    *_all("srt/hand-made", readers.subtitles, "elephants-dream.ru.srt"),
    *_all("srt/webvtt-py", readers.subtitles, "sample.srt", "styles_colours.srt", "one_caption.srt"),
    *_cases("vtt/elephants-dream", readers.subtitles, "captions.en.vtt"),
    *_all("vtt/elephants-dream", readers.subtitles, "captions.ru.vtt", "chapters.en.vtt"),
    *_all(
        "vtt/webvtt-py",
        readers.subtitles,
        *(
            f"{name}.vtt"
            for name in (
                "captions_with_bom",
                "comments",
                "cue_tags",
                "regions",
                "sample",
                "styles_with_comments",
                "using_identifiers",
                "youtube_dl",
            )
        ),
    ),
]
CASES = [*_JSON, *_XML, *_LINES, *_DOCUMENTS]
