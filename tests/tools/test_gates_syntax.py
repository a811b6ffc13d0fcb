"""Syntax of programs that only a translation has, and the bars that part one."""

import pytest

from qwen_localize_tools._shared.gates import findings


def named(source: str, translation: str, lang: str = "ru") -> list[tuple[str, bool]]:
    return [(finding.check, finding.hard) for finding in findings(source, translation, "en", lang)]


@pytest.mark.parametrize(
    "added",
    [
        "]]>",
        " -->",
        " */",
        " #}",
        " <?php x",
        '\\"',
        "\\",
        " {",
        " }",
        " '''",
        " [x](y)",
        "\u202e",
        "\U000e0041",
        "\uffff",
    ],
)
def test_syntax_and_signs_that_nobody_writes_are_damage(added: str) -> None:
    assert named("Delete the account", "Удалить аккаунт") == []
    assert any(hard for _, hard in named("Delete the account", f"Удалить аккаунт{added}"))
    assert named(f"Delete the account{added}", f"Удалить аккаунт{added}") == []


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("%s is done", "%s готов, 100 %"),
        ("Hello {name}", "Привет {n, plural, one {раз} other {раза}} {name}"),
        ("Hello { $name }", "Привет { $n -> [one] раз *[other] раза } { $name }"),
        ("Sum it up", "=СУММА(A1)"),
        ("See Q&A", "См. &вопросы; &evil;"),
        ("Home | Settings", "Главная"),
        ("Home", "Главная | Настройки"),
        ("{0} none|[1,19] some|[2,*] many", "{0} нет|[1,20] несколько|[2,*] много"),
    ],
)
def test_what_programs_would_stumble_over_is_damage(source: str, translation: str) -> None:
    assert any(hard for _, hard in named(source, translation))


@pytest.mark.parametrize(
    ("source", "translation", "lang"),
    [
        ("{count} file|{count} files", "{count} файл|{count} файла|{count} файлов", "ru"),
        ("{n} files", "{n} {n, plural, one {файл} few {файла} many {файлов} other {файла}}", "ru"),
        ("{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}", "{n, selectordinal, other {#-й}}", "ru"),
        (
            "{n, plural, one {item {x}} other {items {x}}}",
            "{n, plural, one {вещь {x}} few {вещи {x}} other {# вещи {x}}}",
            "ru",
        ),
    ],
)
def test_what_people_write_so_is_left_alone(source: str, translation: str, lang: str) -> None:
    assert not any(hard for _, hard in named(source, translation, lang))


def test_one_form_for_two_is_a_doubt() -> None:
    assert named("{count} file|{count} files", "{count} файлов") == [("plural", False)]
