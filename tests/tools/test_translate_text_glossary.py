"""The glossary and the translation memory of `translate_text`: what is sent of them, and what the receipt says."""

import re
import threading
from typing import Any

import pytest
import respx

from fakes_text import URL, completion, options, russian, translated
from support import Connect, words


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("세일", "세일은 일요일에 끝납니다"),
        ("머그", "여행용머그를 샀다"),
        ("термокружка", "Купите термокружку со скидкой"),
        ("дорожная кружка", "Скидки на все дорожные кружки"),
        ("цена", "Цены снижены"),
        ("λόγος", "του λόγου"),
        ("كتاب", "والكتاب"),
        ("ספר", "קנו את הספר"),
        ("कप", "कपों पर छूट"),
        ("ภาษา", "เรียนภาษาไทย"),
        ("マグ", "旅行用マグカップ"),
        ("AI", "使用AI技术"),
        ("AI技术", "使用AI技术"),
        ("travel mug", "Your travel\nmug has shipped"),
        ("travel mug", "Your TRAVEL\u00a0MUGS have shipped"),
        ("travel mug", "the travel mug’s lid"),
        ("café", "cafe\u0301s"),
    ],
)
async def test_a_term_is_found_as_its_language_writes_it(
    httpx2_mock: respx.Router, connect: Connect, term: str, text: str
) -> None:
    route = httpx2_mock.post(URL).mock(return_value=completion("the THING"))
    glossary = [{"source": term, "target": "thing"}]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "pl", "glossary": glossary})
    assert options(route.calls[0].request)["terms"] == glossary
    assert result.structured_content
    assert result.structured_content["glossary"] == {"kept": 1, "missing": []}


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("AI", "special"),
        ("cat", "a catalog"),
        ("кот", "который час"),
        ("10", "100 mugs"),
        ("mug", "a travel_mug_id"),
        ("name", "Hello {name}"),
        ("b", "Press <b>Save</b>"),
        ("shop", "See https://shop.example/shop"),
    ],
)
async def test_a_term_inside_another_word_is_not_sent(
    httpx2_mock: respx.Router, connect: Connect, term: str, text: str
) -> None:
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    arguments = {"text": text, "target_lang": "fr", "glossary": [{"source": term, "target": "x"}]}
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert "terms" not in options(route.calls[0].request)
    assert result.structured_content
    assert "glossary" not in result.structured_content


@pytest.mark.parametrize(
    ("target", "translation", "applied"),
    [
        ("IA", "Cette technologie est spéciale", False),
        ("IA", "L'IA est partout", True),
        ("термокружка", "Купите термокружку", True),
        ("人工智能", "使用人工智能技术", True),
        ("Rechnung", "Die Rechnungen sind da", False),
    ],
)
async def test_a_term_is_applied_if_its_translation_stands_there_as_a_word(
    httpx2_mock: respx.Router, connect: Connect, target: str, translation: str, applied: bool
) -> None:
    httpx2_mock.post(URL).mock(return_value=completion(translation))
    arguments = {"text": "AI is special", "target_lang": "fr", "glossary": [{"source": "AI", "target": target}]}
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert result.structured_content
    missing = [] if applied else [{"source": "AI", "target": target, "missing_in": [0]}]
    assert result.structured_content["glossary"] == {"kept": int(applied), "missing": missing}
    assert (f"Not found in this form, perhaps inflected: AI = {target} in 0." in words(result)) is not applied


async def test_a_large_glossary_is_made_ready_once_and_not_on_the_event_loop(
    httpx2_mock: respx.Router, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx2_mock.post(URL).mock(side_effect=translated)
    names = [f"product name {index}" for index in range(600)]
    texts = [", ".join(names[start : start + 30]) for start in range(0, 600, 30)]
    made: list[tuple[str, int]] = []
    compile_pattern = re.compile

    def noted(pattern: Any, flags: int = 0) -> Any:
        if "product" in str(pattern):
            made.append((str(pattern), threading.get_ident()))
        return compile_pattern(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    glossary = [{"source": name, "target": russian(name)} for name in names]
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": texts, "target_lang": "ru", "glossary": glossary})
    assert result.structured_content
    assert result.structured_content["glossary"] == {"kept": 600, "missing": []}
    assert threading.get_ident() not in {thread for _, thread in made}
    assert len(made) == 2 * len(names)


async def test_a_memory_entry_that_is_too_large_does_not_keep_the_others_back(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    memory = [
        {"source": "save the whole file now " * 200, "target": "x " * 1500},
        {"source": "open file", "target": "открыть файл"},
        {"source": "save file", "target": "сохранить файл"},
    ]
    arguments = {"text": "save this file", "target_lang": "ru", "translation_memory": memory}
    async with connect() as client:
        await client.call_tool("translate_text", arguments)
    assert options(route.calls[0].request)["tm_list"] == [memory[2], memory[1]]


async def test_a_large_memory_is_chosen_from_where_words_are_not_spaced_too(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    memory = [{"source": f"这是第{index}条完全无关的历史记录内容", "target": f"record {index}"} for index in range(200)]
    memory.append({"source": "请点击保存按钮以保存您的更改", "target": "Click Save to keep your changes"})
    arguments = {"text": "请点击保存按钮以保存您的更改。", "target_lang": "en", "translation_memory": memory}
    async with connect() as client:
        await client.call_tool("translate_text", arguments)
    assert options(route.calls[0].request)["tm_list"] == [memory[-1]]
