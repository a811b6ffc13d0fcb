"""What `translate_text` says of placeholders that a translation lost or changed."""

import pytest
import respx

from fakes_text import URL, completion, content
from support import Connect, words


@pytest.mark.parametrize(
    ("source", "translation", "lost"),
    [
        ("Hello {name}, order %s", "Привет, {имя}, заказ", ["{name}", "%s"]),
        ("Hi {{x}} and ${y}", "Привет {{ x }} и {y}", ["${y}"]),
        ("%1$s of %2$s", "%2$s из %1$s", []),
        ("%(n)d files", "файлов: %(n)s", ["%(n)d"]),
        ("%d of %d", "%d", ["%d"]),
        ("Press <b>Save</b>", "Нажмите <b>Сохранить", ["</b>"]),
        ('<a href="/x" title="Home">Home</a>', '<a href="/x" title="Дом">Дом</a>', []),
        ("See https://x.example/a?b=1.", "См. https://x.example/a?b=1", []),
        ("见https://x.example/a。", "See https://x.example/b.", ["https://x.example/a"]),
        ("{n, plural, one {# mug} other {mugs}}", "{n, plural, one {# кружка} other {кружек}}", []),
        ("{n, plural, one {# mug} other {mugs}}", "{н, plural, one {# кружка} other {кружек}}", ["{n,plural,"]),
        ("100% discount, 5%off", "скидка 100%", []),
        ("a < b and c > d", "а < б", []),
        ("{0} and {}", "{0} и {}", []),
    ],
)
async def test_a_placeholder_that_is_missing_or_changed_is_named(
    httpx2_mock: respx.Router, connect: Connect, source: str, translation: str, lost: list[str]
) -> None:
    httpx2_mock.post(URL).mock(return_value=completion(translation))
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": source, "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["placeholders"] == ([{"index": 0, "lost": lost}] if lost else [])
    assert (f"NOT as in the source: {', '.join(lost)} in translation 0." in words(result)) is bool(lost)


async def test_many_lost_placeholders_are_counted_not_listed(httpx2_mock: respx.Router, connect: Connect) -> None:
    httpx2_mock.post(URL).mock(side_effect=lambda request: completion(content(request).replace("{", "(")))
    strings = [f"mug {{n{index}}}" for index in range(15)]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": strings, "target_lang": "ru"})
    assert result.structured_content
    assert [item["index"] for item in result.structured_content["placeholders"]] == list(range(15))
    assert "{n9} in translation 9; and in 5 more." in words(result)
