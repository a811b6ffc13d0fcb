<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
<context>
    <name>MainWindow</name>
    <message>
        <location filename="../mainwindow.cpp" line="42"/>
        <source>&amp;Open...</source>
        <extracomment>A menu item</extracomment>
        <translation>&amp;Открыть…</translation>
    </message>
    <message>
        <location filename="../mainwindow.cpp" line="57"/>
        <source>Save changes to &quot;%1&quot;?
They will be lost otherwise.</source>
        <comment>dialog</comment>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <location filename="../mainwindow.cpp" line="90"/>
        <source>%n file(s) selected</source>
        <translation>
            <numerusform>Выбран %n файл</numerusform>
            <numerusform>Выбрано %n файла</numerusform>
            <numerusform>Выбрано %n файлов</numerusform>
        </translation>
    </message>
    <message>
        <source>Old text</source>
        <translation type="vanished">Старый текст</translation>
    </message>
</context>
<context>
    <name>QObject</name>
    <message>
        <source>Open</source>
        <translation>Открыть</translation>
    </message>
</context>
</TS>
