"""Languages as people write them: by code, name, or locale; never another script, nor the other kind of Chinese."""

import pytest
import respx

from fakes_text import URL, options, translated
from support import Connect, words


@pytest.mark.parametrize(
    ("name", "code"),
    [("RUSSIAN", "ru"), ("zh-TW", "zh_tw"), ("zh_TW", "zh_tw"), ("pt-BR", "pt"), ("norwegian bokmal", "nb"),
     ("Ta'izzi-Adeni Arabic", "acq"), ("Persian", "fa"), (" De ", "de"), ("zh-Hans", "zh"), ("es-419", "es"),
     ("zh-Hans-CN", "zh"), ("zh-Hant-TW", "zh_tw"), ("zh-Hans-HK", "zh"), ("zh-HK", "zh_tw"), ("zh-yue", "yue"),
     ("cmn-Hans-CN", "zh"), ("Chinese (Simplified)", "zh"), ("Chinese (Traditional)", "zh_tw"), ("Chinese (zh)", "zh"),
     ("Chinese, Taiwan", "zh_tw"), ("Traditional Chinese (zh_tw)", "zh_tw"), ("Portuguese (Brazil)", "pt"),
     ("Spanish (Latin America)", "es"), ("Arabic (Egyptian)", "arz"), ("Arabic (Iraq)", "ar"), ("en-GB", "en"),
     ("sr-Latn-RS", "sr"), ("ru-Cyrl-RU", "ru"), ("Norwegian (Nynorsk)", "nn"), ("nb-NO", "nb"), ("fil-PH", "tl"),
     ("iw-IL", "he"), ("de-CH-1996", "de")],
)  # fmt: skip
async def test_languages_are_known_by_code_name_or_locale_in_any_case(
    httpx2_mock: respx.Router, connect: Connect, name: str, code: str
) -> None:
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    async with connect() as client:
        await client.call_tool("translate_text", {"text": "hello", "target_lang": name})
    assert options(route.calls[0].request)["target_lang"] == code


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("uz-Cyrl", "Northern Uzbek (uz)"), ("Uzbek (Cyrillic)", "Northern Uzbek (uz)"), ("ru-Latn", "Russian (ru)"),
     ("zh-Latn-CN", "Chinese (zh)"), ("zh-x-private", "English (en)"), ("xx-YY", "English (en)")],
)  # fmt: skip
async def test_another_script_or_an_unknown_locale_is_refused_with_the_nearest_names(
    httpx2_mock: respx.Router, connect: Connect, name: str, nearest: str
) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": "hello", "target_lang": name})
    assert f"does not know the language “{name}”. Nearest: {nearest}" in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize("name", ["zh-TW", "zh-Hant-HK", "Chinese (Traditional)", "Traditional Chinese (Taiwan)"])
async def test_a_model_without_traditional_chinese_does_not_answer_in_simplified(
    httpx2_mock: respx.Router, connect: Connect, name: str
) -> None:
    arguments = {"image": "https://pictures.example/a.png", "target_lang": name}
    async with connect() as client:
        result = await client.call_tool("translate_image", arguments)
    assert "qwen-mt-image-2.0 can: set model to it" in words(result)
    assert not httpx2_mock.calls
