"""The gates: what they find in damaged translations, and what they leave alone in good ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize_tools._shared.gates import findings, wordless, words_only
from qwen_localize_tools._shared.gates.pieces import filled, pieces

Row = tuple[str, str, str]


def hard(source: str, translation: str, lang: str = "ru") -> set[str]:
    return {finding.check for finding in findings(source, translation, "en", lang) if finding.hard}


def every(source: str, translation: str, lang: str = "ru") -> set[str]:
    return {finding.check for finding in findings(source, translation, "en", lang)}


SYNTAXES = [
    *(
        "%s",
        "%d",
        "%p",
        "%'d",
        "%*d",
        "%5.2f",
        "%-10s",
        "%lld",
        "%zu",
        "%@",
        "%1$s",
        "%(count)s",
        "%{count}",
        "%<count>d",
    ),
    *("{}", "{0}", "{count}", "{cart[0]}", "{cart.total}", "{price!r:>10}", "{price:,.2f}", "{when, date, short}"),
    *("{{count}}", "{{{count}}}", "{{ cart.total | money }}", "${count}", "#{count}", "$t(cart.title)", "$COUNT$"),
    *(
        "$count",
        ":count",
        "@buyer",
        "!count",
        "{ $count }",
        '{ DATETIME($when, month: "long") }',
        "{-brand}",
        "{ $g -> }",
        "%#@files@",
        "%1$#@box@",
        "__count__",
    ),
    *('{% trans "x" %}', "{% url cart %}", "{# cart #}", "%1", "%n", "%L1", "%count%", "@:cart.title"),
]


@pytest.mark.parametrize("token", SYNTAXES)
def test_a_placeholder_of_every_syntax_is_known_kept_missed_and_counted(token: str) -> None:
    source, good = f"Your cart has {token} mugs today", f"Сегодня кружек в корзине: {token} штук"
    assert [piece.text for piece in filled(source)] == [token]
    assert every(source, good) == set()
    assert hard(source, good.replace(token, "")) == {"placeholder"}
    assert hard(source, good.replace(token, f"{token} {token}")) == {"placeholder"}


@pytest.mark.parametrize(
    "token", [token for token in SYNTAXES if token not in {"$count", ":count", "@buyer", "!count", "%1", "%n"}]
)
def test_a_placeholder_out_of_nothing_is_damage(token: str) -> None:
    assert hard("Your cart is waiting", f"Корзина {token} ждёт вас") == {"placeholder"}


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("{name} bought a mug", "{имя} покупает кружку"),
        ("{name} bought a mug", "{{name}} покупает кружку"),
        ("{नाम} bought a mug", "{имя} покупает кружку"),
        ("%(name)s bought a mug", "%(имя)s покупает кружку"),
        ("%(name)s bought a mug", "%(name)d покупает кружку"),
        ("%(name)s bought a mug", "%(name) покупает кружку"),
        ("%1$d mugs of %2$s", "%d кружек от %s"),
        ("%s has %d mugs", "%d кружек у %s"),
        ("{:s} has {:d} mugs", "{:d} кружек у {:s}"),
        ("%d mugs", "%s кружек"),
        ("5%s off", "скидка 5%"),
        ("Pay $1 or $2 here", "Оплатите $1 или $3 здесь"),
        ("Pay $1 now", "Оплатите $1 $1 сейчас"),
        ("Turn towards {place}", "Поверните к {place:d}"),
        ("at least ${inclusive ? 'or equal to' : ''}{value}", "не меньше ${included ? 'или равно' : ''}{value}"),
        ("${total} is due", "{total} к оплате"),
        ("%1 of %2 mugs", "%1 из %3 кружек"),
        ("Mugs for sale", "[[3]] Кружки на продажу"),
        ("100%% wool, %d pieces", "100 шерсть, %d штук"),
        ("%{count} mug |||| %{count} mugs", "%{count} кружка |||| %{count} кружки |||| кружек"),
    ],
)
def test_a_placeholder_that_changed_is_damage(source: str, translation: str) -> None:
    assert hard(source, translation) == {"placeholder"}


@pytest.mark.parametrize(
    ("source", "translation", "lang"),
    [
        ("5% discount today", "Сегодня скидка 5 %", "ru"),
        ("20% of mugs are sold", "20 % des tasses sont vendues", "fr"),
        ("100 % sure about it", "Уверены на 100 %", "ru"),
        ("50%-off week for mugs", "Неделя скидок −50% на кружки", "ru"),
        ("10% lighter than the old one", "10%-kal könnyebb, mint a régi", "hu"),
        ("A discount of 50% on mugs", "Kupalarda %50 indirim", "tr"),
        ("Open from 12:30 to 18:00", "Открыто с 12:30 до 18:00", "ru"),
        (
            'Delete <xliff:g id="count" example="3">%d</xliff:g> files',
            'Удалить файлов: <xliff:g id="COUNT_1">%d</xliff:g>',
            "ru",
        ),
        ("The ratio a:b matters", "Важно соотношение a:b", "ru"),
        ("Email me @ work", "Напишите мне на работу", "ru"),
        ("You are #1 for us", "Вы для нас № 1", "ru"),
        ("It costs $5 only", "Всего 5 долларов", "ru"),
        ("R&D and AT&T people", "Сотрудники отдела разработки и AT&T", "ru"),
        (r"Saved in C:\new\mugs", r"Сохранено в C:\new\mugs", "ru"),
        ("Row 10:name is bad", "Строка 10:name неверна", "ru"),
        ("Welcome!", "Bienvenue !", "fr"),
        ('He said "mug" twice', "Er sagte zweimal „Tasse“", "de"),
        ("Wait...", "请稍候……", "zh"),
        ("Sold out: 1,000.50 in total", "Ausverkauft: 1.000,50 insgesamt", "de"),
        ("Sold 12 mugs to 3 people", "بيع ١٢ كوبًا إلى ٣ أشخاص", "ar"),
        ("Three mugs or 3 cups", "三个马克杯或三个杯子", "zh"),
        ("10,000 mugs are sold", "已售出1万个杯子", "zh"),
        ("Opens at 5 pm", "Открывается в 17:00", "ru"),
        ("on %B %d, %Y", "%d.%m.%Y", "ru"),
        ("Hello {name}, mug $count is here", "{name}您好，杯子$count在这里", "zh"),
        ("a < b and c > d", "а < б и в > г", "ru"),
        ("Press <your name> here", "Нажмите <ваше имя> здесь", "ru"),
        ("keys with <forward secrecy>", "ключи с <прямой секретностью>", "ru"),
        ("Google Chrome", "Google Chrome", "ru"),
        ("OK", "OK", "ru"),
        ("iPhone 15 Pro", "iPhone 15 Pro", "ja"),
        ("WhatsApp Business", "WhatsApp Business", "de"),
        ("Is the mug yours?", "マグカップはあなたのものですか。", "ja"),
        ("Bye bye", "Пока-пока", "ru"),
        ("%s has %d mugs", "%2$d кружек у %1$s", "ru"),
        ("Page {0} of {1}", "{1} ページ中 {0} ページ目", "ja"),
        ("Note: mugs break", "Примечание: кружки бьются", "ru"),
        ("&File", "&Datei", "de"),
        ("&File", "ファイル(&F)", "ja"),
        ("Terms &amp; conditions of sale", "Условия и порядок продажи", "ru"),
        ("Mugs&nbsp;and cups of ours", "Наши кружки\u00a0и чашки", "ru"),
        ("Don&#39;t drop the mug", "Не роняйте кружку", "ru"),
        ("Line one goes on\nin line two", "Строка одна продолжается во второй", "ru"),
        ("See https://mugs.example/en/help?lang=en", "См. https://mugs.example/ru/help?lang=ru", "ru"),
        ("See https://en.mugs.example/help.", "См. https://ru.mugs.example/help", "ru"),
        ("See https://en.mugs.example/help.", "См. https://ru.mugs.example/pomosch", "ru"),
        ("<a href=https://en.mugs.example/>Mugs</a>", '<a href="https://ru.mugs.example/k">Кружки</a>', "ru"),
        ("Copied %0 files of %1", "%1 dosyanın %0'i kopyalandı", "tr"),
        ("Look:%1WARNING", "Siehe:%1ACHTUNG", "de"),
        ("Pick %s.%s", "Выберите %s.%s", "ru"),
        ("at least ${inclusive ? 'or equal to' : ''}{value}", "не меньше ${inclusive ? 'или равно' : ''}{value}", "ru"),
        ("Get { -mug-brand } today", 'Получите { -mug-brand(case: "acc") } сегодня', "ru"),
        ("Turn towards {place}", "Поверните к {place:dative}", "ru"),
        ("The mug could not be found.", "ไม่พบถ้วย", "th"),
        ("Last fourth", "Cuarto cuarto", "es"),
        ("%s from now", "%s tästä", "fi"),
        ("Invalid mug: it could not be read.", "Ungültige Tasse", "de"),
    ],
)
def test_good_translations_are_left_alone(source: str, translation: str, lang: str) -> None:
    assert hard(source, translation, lang) == set()


@pytest.mark.parametrize(
    ("source", "translation", "check"),
    [
        ("Press <b>Save</b>", "Нажмите <b>Сохранить", "tag"),
        ("Press <b>Save</b>", "Нажмите </b>Сохранить<b>", "tag"),
        ("Press <0>Save</0> or <1/>", "Нажмите <0>Сохранить</0>", "tag"),
        ("<i><b>Mug</b></i>", "<i><b>Кружка</i></b>", "tag"),
        ("Press <link>here</link>", "Нажмите <ссылка>здесь</ссылка>", "tag"),
        ("Press Save<br>now", "Нажмите «Сохранить» сейчас", "tag"),
        ("A mug", '<x id="1"/>Кружка', "tag"),
        ('<a href="/mugs">Mugs</a>', '<a href="/cups">Кружки</a>', "attribute"),
        ('<a href="/mugs" class="big">Mugs</a>', '<a href="/mugs" class="большой">Кружки</a>', "attribute"),
        ('<img src="/m.png" alt="Mug">Mug', '<img src="/m.png">Кружка', "attribute"),
        ('<a href="/mugs">Mugs</a>', "<a href=„/mugs“>Кружки</a>", "attribute"),
        (r"One\nTwo", "Один Два", "escape"),
        (r"One\nTwo", "Один\nДва", "escape"),
        (r"A \"mug\" for you", 'Вам "кружка"', "escape"),
        (r"One\u2026two", "Один два", "escape"),
        ("One.\nTwo.", "Один. Два.", "line_break"),
        ("One mug.\n\nTwo cups\nof tea.", "Одна кружка. Две чашки\nчая.", "line_break"),
        ("One mug", "Одна\nкружка", "line_break"),
        ("Tea &lt;hot&gt; now", "Чай <hot> сейчас", "entity"),
        ("Tea &amp; mugs", "Чай & кружки", "entity"),
        ("Tea & mugs", "Чай &amp; кружки", "entity"),
        ("Tea &amp; mugs", "Чай &lt; кружки", "entity"),
        ("Tea&nbsp;time now", "Время пить чай", "entity"),
        ("See https://mugs.example/a.", "См. https://mugs.example/b.", "url"),
        ("See https://en.mugs.example/a.", "См. https://en.mugs.example/b.", "url"),
        ("See https://en.mugs.example/a.", "См. https://ru.cups.example/a.", "url"),
        ("Import K-9 mugs", "Импорт кружек K-14", "number"),
        ("见https://mugs.example/a。", "См. https://cups.example/a.", "url"),
        ("Write to tea@mugs.example now", "Пишите нам", "url"),
        ("Mugs for $25 today", "Сегодня кружки за 35 $", "number"),
        ("Mugs for €25 today", "Сегодня кружки дёшево", "number"),
        ("12 mugs left", "Осталось 13 кружек", "number"),
        ("12 mugs left", "Осталось несколько кружек", "number"),
        ("Save the mug", "Сохранить \ufffdкружку", "control"),
        ("Save the mug", "Сохранить кружку\ue000", "control"),
        ("Save the mug", " \n", "empty"),
        ("Save the mug", "Save the mug", "untranslated"),
        ("Save the mug now", "Save the mug now — Сохранить кружку сейчас", "untranslated"),
        ("Save the mug", "«Сохранить кружку»", "quoted"),
        ("Save the mug", "```\nСохранить кружку\n```", "fence"),
        ("Save the mug", "Translation: Сохранить кружку", "note"),
        ("Save the mug", "Перевод: сохранить кружку", "note"),
        ("Save the mug", "Sure! Here is the translation of it: Сохранить кружку", "note"),
        ("Save the mug", "Сохранить кружку (Note: informal.)", "note"),
        ("Save the mug", "Сохранить кружку. Примечание: неформально.", "note"),
        ("Save the mug", "Сохранить кружку Сохранить кружку", "repeated"),
        ("Save the mug. Then go home.", "Сохраните эту кружку. Сохраните эту кружку. Идите.", "repeated"),
        ("Save the mug", "Die Tasse speichern", "script"),
        ("Save the mug", "Сохранить кружку 杯子", "script"),
        ("Save the mug", "Зберегти цю її кружку", "script"),
        ("Where is the mug?", "Кружка стоит на верхней полке, рядом с чайником и сахарницей.", "answered"),
        ("Where is the mug that I bought last week for my mother?", "Где?", "length"),
        ("Your mugs are packed and will be sent tomorrow morning.", "Ваши кружки упакованы и", "length"),
    ],
)
def test_damage_is_named(source: str, translation: str, check: str) -> None:
    assert check in hard(source, translation)


@pytest.mark.parametrize(
    ("source", "translation", "lang", "check"),
    [
        ("Der Becher ist heute leider ausverkauft", "Der Becher ist heute leider ausverkauft", "fr", "untranslated"),
        ("杯子", "杯子", "en", "untranslated"),
        ("Save the mug", "以下是翻译：保存杯子", "zh", "note"),
        ("Save the mug", "Voici la traduction demandée : Enregistrer la tasse", "fr", "note"),
        ("杯子今天已售完了，请明天再来", "The 杯子 is 已售完了 today, come again", "en", "script"),
        ("The mug is sold out today", "La tasse, the mug that you have, est vendue", "fr", "script"),
        ("The mug of this shop is sold out", "這個杯子對我們來說已經賣完", "zh", "script"),
        ("The mug of this shop is sold out", "这个杯子对我们来说已经卖完", "zh_tw", "script"),
        ("The mug of this shop is sold out today", "本店商品今日全部售罄敬请期待下次再来选购", "ja", "script"),
        ("The mug", "Кружка", "sr", ""),
        ("The mug", "Šolja", "sr", ""),
        ("The mug", "Кружка", "unknown", ""),
    ],
)
def test_languages_are_told_apart_by_their_letters(source: str, translation: str, lang: str, check: str) -> None:
    found = {item.check for item in findings(source, translation, "auto", lang) if item.hard}
    assert check in found if check else not found


@pytest.mark.parametrize(
    ("source", "translation", "lang", "check"),
    [
        ("&Open mug", "Открыть кружку", "ru", "accelerator"),
        ("_Open mug", "Открыть кружку", "ru", "accelerator"),
        ("5 mugs", "кружки", "ru", "number"),
        ("Search all", "Search all", "de", "untranslated"),
        ("Drink tea", "Пить !чай :чай :tea", "ru", "placeholder"),
    ],
)
def test_a_doubt_is_only_a_hint(source: str, translation: str, lang: str, check: str) -> None:
    assert every(source, translation, lang) == {check}
    assert hard(source, translation, lang) == set()


def test_a_message_quotes_what_it_is_about_and_is_short() -> None:
    (finding,) = findings("{" + "a" * 100 + "} mugs", "кружки", "en", "ru")
    assert finding.message.startswith("Placeholder lost: “{aaa")
    assert len(finding.message) < 80
    (finding,) = findings("{a} {b} {c} {d} {e} mugs", "кружки", "en", "ru")
    assert finding.message == "Placeholder lost: “{a}”, “{b}”, “{c}” and 2 more."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi {name}, see https://mugs.example/a", "Hi  , see"),
        ('<b>Tea</b> <a href="/x">time</a>', "Tea     time"),
        ("{n, plural, one {# mug} other {# mugs}} left", "mug  mugs  left"),
        (r"A\nB", "A B"),
    ],
)
def test_the_words_are_what_is_left_without_syntax(text: str, words: str) -> None:
    assert words_only(text).split() == words.split()


@pytest.mark.parametrize(
    "text", ["", "%d", "12:30", "{a} / {b}", "https://mugs.example", "a@b.example", "—", "&nbsp;", "<br>"]
)
def test_a_text_of_syntax_alone_has_no_words(text: str) -> None:
    assert wordless(text)


@pytest.mark.parametrize("text", ["OK", "茶", "{n, plural, other {mugs}}", "%d шт.", "<b>tea</b>"])
def test_a_text_with_a_letter_has_words(text: str) -> None:
    assert not wordless(text)


BITS = [
    *(
        "{",
        "}",
        "<",
        ">",
        "%",
        "$",
        "#",
        "'",
        '"',
        "\\",
        "[[1]]",
        "&",
        ";",
        "@",
        ":",
        "!",
        "\n",
        " ",
        "a",
        "1",
        "字",
        "и",
    ),
    *(
        "{n, plural,",
        "other",
        "one {",
        "<b>",
        "</b>",
        "%s",
        "{x}",
        "||||",
        "http://",
        "\ud800",
        "&#99;",
        "\\u",
        "{ $a ->",
        "=0",
    ),
    *("&#xD800;", "\\ud800", "\\u{FFFFFF}", "٣", "²", "{% x %}", "$1", "<a href=", "a@b.c", "?", "```"),
]


@given(
    st.lists(st.sampled_from(BITS), max_size=14),
    st.lists(st.sampled_from(BITS), max_size=14),
    st.sampled_from(["ru", "zh", "", "de"]),
)
@settings(max_examples=500, deadline=None)
def test_no_text_makes_the_gates_fail(source: list[str], translation: list[str], lang: str) -> None:
    findings("".join(source), "".join(translation), "auto", lang)
    wordless("".join(source))


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
@settings(max_examples=300, deadline=None)
def test_no_character_makes_the_gates_fail(source: str, translation: str) -> None:
    findings(source, translation, "en", "ja")


@given(st.lists(st.sampled_from(BITS), max_size=14))
@settings(max_examples=300, deadline=None)
def test_pieces_stand_where_they_say_and_never_overlap(bits: list[str]) -> None:
    text = "".join(bits)
    end = 0
    for piece in pieces(text):
        assert piece.text
        assert text[piece.start : piece.end] == piece.text
        assert piece.start >= end
        end = piece.end


@pytest.mark.parametrize("unit", [".", "{", "<", "%", "[", "\\", "'", "{n, plural, other {", "http://", "a@", "<a "])
def test_sixty_thousand_of_anything_are_read(unit: str) -> None:
    # Anything but linear time would take minutes here; the benchmark measures the growth.
    text = unit * (60_000 // len(unit))
    assert isinstance(findings(text, f"{text}.", "en", "ru"), list)
