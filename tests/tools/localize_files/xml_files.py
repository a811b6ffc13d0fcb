"""A file of each XML format, as programs write them, with its beginning in another language."""

from dataclasses import dataclass

from qwen_localize_tools.localize_files.formats import Direction, Format, Forms
from qwen_localize_tools.localize_files.formats.android import ANDROID
from qwen_localize_tools.localize_files.formats.qt import QT
from qwen_localize_tools.localize_files.formats.resx import RESX
from qwen_localize_tools.localize_files.formats.stringsdict import STRINGSDICT
from qwen_localize_tools.localize_files.formats.xliff import XLIFF

RUSSIAN = Direction("en", "ru")


@dataclass(frozen=True)
class Sample:
    """A source file, its target file, and two keys: one that the target has, and one that it lacks."""

    format: Format
    source: str
    target: str
    there: str
    lacking: str


def units(one: Format, text: str, direction: Direction = RUSSIAN) -> dict[str, Forms]:
    return {unit.key: dict(unit.forms) for unit in one.read(text, direction)}


ANDROID_SOURCE = """<?xml version="1.0" encoding="utf-8"?>
<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2">
    <!-- Buttons -->

    <!-- Says yes. CHAR LIMIT=20 -->
    <string name="ok">OK</string>
    <string name="hello">Hello, <xliff:g id="name" example="Bob">%1$s</xliff:g>!</string>
    <string name="brand" translatable="false">Brand</string>
    <color name="red">#f00</color>
    <plurals name="files">
        <item quantity="one">%d file</item>
        <item quantity="other">%d files</item>
    </plurals>
    <string-array name="days">
        <item>Monday</item>
        <item>Tuesday</item>
    </string-array>
    <string name="bye">Bye</string>
</resources>
"""
ANDROID_TARGET = """<?xml version="1.0" encoding="utf-8"?>
<resources>
    <string name="ok">Да</string>
    <string name="ours">Наше</string>
    <plurals name="files">
        <item quantity="one">%d файл</item>
        <item quantity="other">%d файла</item>
    </plurals>
</resources>
"""
XLIFF_SOURCE = """<?xml version="1.0" encoding="UTF-8" ?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file source-language="en" datatype="plaintext" original="ng2.template">
    <body>
      <trans-unit id="greeting" datatype="html">
        <source>Hello, <x id="INTERPOLATION" equiv-text="{{ name }}"/>!</source>
        <note priority="1" from="description">On the first page</note>
      </trans-unit>
      <trans-unit id="count" datatype="html">
        <source>{VAR_PLURAL, plural, =1 {one file} other {many &quot;files&quot;}}</source>
      </trans-unit>
      <trans-unit id="bye" datatype="html">
        <source>Bye</source>
      </trans-unit>
    </body>
  </file>
</xliff>
"""
XLIFF_TARGET = """<?xml version="1.0" encoding="UTF-8" ?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file source-language="en" target-language="ru" datatype="plaintext" original="ng2.template">
    <body>
      <trans-unit id="greeting" datatype="html">
        <source>Hello, <x id="INTERPOLATION" equiv-text="{{ name }}"/>!</source>
        <target>Привет, <x id="INTERPOLATION" equiv-text="{{ name }}"/>!</target>
        <note priority="1" from="description">On the first page</note>
      </trans-unit>
      <trans-unit id="bye" datatype="html">
        <source>Bye</source>
      </trans-unit>
    </body>
  </file>
</xliff>
"""
XLIFF2_SOURCE = """<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en">
 <file id="f1">
  <unit id="1" name="title">
   <notes>
    <note category="location">src/app.ts:1</note>
    <note>The title</note>
   </notes>
   <segment>
    <source>Welcome to <pc id="0">our</pc> app</source>
   </segment>
  </unit>
  <unit id="2">
   <segment>
    <source>Close</source>
   </segment>
  </unit>
 </file>
</xliff>
"""
XLIFF2_TARGET = """<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="ru">
 <file id="f1">
  <unit id="1" name="title">
   <segment state="initial">
    <source>Welcome to <pc id="0">our</pc> app</source>
    <target>?</target>
   </segment>
  </unit>
 </file>
</xliff>
"""
RESX_SOURCE = """<?xml version="1.0" encoding="utf-8"?>
<root>
  <xsd:schema id="root" xmlns="" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <xsd:element name="data" />
  </xsd:schema>
  <resheader name="version">
    <value>2.0</value>
  </resheader>
  <data name="Ok" xml:space="preserve">
    <value>OK</value>
    <comment>A button, max length 12</comment>
  </data>
  <data name="Icon" type="System.Resources.ResXFileRef, System.Windows.Forms">
    <value>icon.png</value>
  </data>
  <data name="&gt;&gt;button.Name" xml:space="preserve">
    <value>button</value>
  </data>
  <data name="Bye" xml:space="preserve">
    <value>Bye &amp; good luck</value>
  </data>
</root>"""
RESX_TARGET = """<?xml version="1.0" encoding="utf-8"?>
<root>
  <resheader name="version">
    <value>2.0</value>
  </resheader>
  <data name="Ok" xml:space="preserve">
    <value>Да</value>
  </data>
</root>"""
QT_SOURCE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en_US">
<context>
    <name>MainWindow</name>
    <message>
        <location filename="main.cpp" line="12"/>
        <source>&amp;Open &quot;file&quot;</source>
        <extracomment>A menu</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Open</source>
        <comment>a shop</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gone</source>
        <translation type="vanished">Gone</translation>
    </message>
</context>
<context>
    <name>Dialog</name>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
"""
QT_TARGET = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru_RU" sourcelanguage="en_US">
<context>
    <name>MainWindow</name>
    <message>
        <location filename="main.cpp" line="12"/>
        <source>&amp;Open &quot;file&quot;</source>
        <translation>&amp;Открыть</translation>
    </message>
    <message>
        <source>Gone</source>
        <translation type="vanished">Ушло</translation>
    </message>
</context>
</TS>
"""
STRINGSDICT_SOURCE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>files</key>
\t<dict>
\t\t<key>NSStringLocalizedFormatKey</key>
\t\t<string>%#@count@</string>
\t\t<key>count</key>
\t\t<dict>
\t\t\t<key>NSStringFormatSpecTypeKey</key>
\t\t\t<string>NSStringPluralRuleType</string>
\t\t\t<key>NSStringFormatValueTypeKey</key>
\t\t\t<string>d</string>
\t\t\t<key>one</key>
\t\t\t<string>%d file</string>
\t\t\t<key>other</key>
\t\t\t<string>%d files</string>
\t\t</dict>
\t</dict>
\t<key>days</key>
\t<dict>
\t\t<key>NSStringLocalizedFormatKey</key>
\t\t<string>%1$#@days@ in %2$#@weeks@</string>
\t\t<key>days</key>
\t\t<dict>
\t\t\t<key>NSStringFormatSpecTypeKey</key>
\t\t\t<string>NSStringPluralRuleType</string>
\t\t\t<key>NSStringFormatValueTypeKey</key>
\t\t\t<string>d</string>
\t\t\t<key>one</key>
\t\t\t<string>%d day</string>
\t\t\t<key>other</key>
\t\t\t<string>%d days</string>
\t\t</dict>
\t\t<key>weeks</key>
\t\t<dict>
\t\t\t<key>NSStringFormatSpecTypeKey</key>
\t\t\t<string>NSStringPluralRuleType</string>
\t\t\t<key>NSStringFormatValueTypeKey</key>
\t\t\t<string>d</string>
\t\t\t<key>other</key>
\t\t\t<string>%d weeks</string>
\t\t</dict>
\t</dict>
</dict>
</plist>
"""
STRINGSDICT_TARGET = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>files</key>
\t<dict>
\t\t<key>NSStringLocalizedFormatKey</key>
\t\t<string>%#@count@</string>
\t\t<key>count</key>
\t\t<dict>
\t\t\t<key>NSStringFormatSpecTypeKey</key>
\t\t\t<string>NSStringPluralRuleType</string>
\t\t\t<key>NSStringFormatValueTypeKey</key>
\t\t\t<string>d</string>
\t\t\t<key>one</key>
\t\t\t<string>%d файл</string>
\t\t\t<key>other</key>
\t\t\t<string>%d файла</string>
\t\t</dict>
\t</dict>
</dict>
</plist>
"""
SAMPLES = {
    "android": Sample(ANDROID, ANDROID_SOURCE, ANDROID_TARGET, "ok", "bye"),
    "xliff": Sample(XLIFF, XLIFF_SOURCE, XLIFF_TARGET, "bye", "count"),
    "xliff2": Sample(XLIFF, XLIFF2_SOURCE, XLIFF2_TARGET, "title", "2"),
    "resx": Sample(RESX, RESX_SOURCE, RESX_TARGET, "Ok", "Bye"),
    "qt": Sample(QT, QT_SOURCE, QT_TARGET, 'MainWindow|&Open "file"', "Dialog|Close"),
    "stringsdict": Sample(STRINGSDICT, STRINGSDICT_SOURCE, STRINGSDICT_TARGET, "files", "days.days"),
}
