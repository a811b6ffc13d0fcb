"""Long lists and files of `translate_text`: jobs, with a file for their result."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_misbehaving import Misbehaving, strings, verdict
from fakes_text import URL, content, options, refused, russian, translated
from support import Connect, words
from virtual_time import VirtualClock

MANY = [f"string number {index}" for index in range(600)]


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(side_effect=translated)


def saved(result: Any) -> Any:
    return json.loads(Path(result.structured_content["artifacts"][0]["path"]).read_text("utf-8-sig"))


async def test_a_long_list_goes_on_as_a_job_when_the_client_waits_no_longer(
    service: respx.Route, connect: Connect
) -> None:
    async with connect(wait=5.0) as client:
        begun = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
        assert begun.structured_content
        assert begun.structured_content["status"] == "running"
        assert "do not call translate_text again" in words(begun)
        again = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
        assert again.structured_content
        assert again.structured_content["job_id"] == begun.structured_content["job_id"]
        result = await client.call_tool("get_job", {"job_id": begun.structured_content["job_id"], "wait": 300})
    assert result.structured_content
    assert result.structured_content["status"] == "succeeded"
    assert result.structured_content["translations"][:2] == [russian(string) for string in MANY[:2]]
    assert saved(result) == [russian(string) for string in MANY]
    assert service.call_count == 30


async def test_a_list_whose_server_ended_goes_on_with_the_next_and_pays_for_no_request_twice(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    asked: Counter[str] = Counter()

    def answer(request: httpx.Request) -> httpx.Response:
        asked[content(request)] += 1
        return translated(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    arguments = {"text": [*MANY, "Hello {name}"], "target_lang": "ru"}
    async with connect(wait=10.0) as client:
        await client.call_tool("translate_text", arguments)
    assert 5 < sum(asked.values()) < 20
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert result.structured_content
    assert result.structured_content["status"] == "succeeded"
    assert saved(result) == [russian(string) for string in arguments["text"]]
    assert max(asked.values()) == 1


async def test_a_job_whose_money_ran_out_goes_on_later_and_pays_only_for_the_rest(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    poor = True

    def answer(request: httpx.Request) -> httpx.Response:
        return refused(400, "Arrearage") if poor and route.call_count >= 10 else translated(request)

    route = httpx2_mock.post(URL).mock(side_effect=answer)
    async with connect() as client:
        stopped = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
        assert "do not call again. get_job with job_id" in words(stopped)
        poor, before = False, route.call_count
        (job,) = (await client.call_tool("list_jobs", {})).structured_content["jobs"]
        result = await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 300})
    assert result.structured_content
    assert result.structured_content["status"] == "succeeded"
    assert saved(result) == [russian(string) for string in MANY]
    assert route.call_count - before == 20


async def test_a_damaged_translation_of_a_job_is_asked_for_anew_by_the_next(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    sources = strings(440)
    httpx2_mock.post(URL).mock(side_effect=Misbehaving("a placeholder is made up").answer)
    async with connect() as client:
        first = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
        httpx2_mock.post(URL).mock(side_effect=translated)
        second = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
    assert "CHECK these translations" in words(first)
    assert second.structured_content
    assert second.structured_content["warnings"] == []
    assert saved(second) == [russian(source) for source in sources]


async def test_an_answer_to_a_long_list_is_short_and_its_text_is_json(service: respx.Route, connect: Connect) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": MANY * 4, "target_lang": "ru"})
    assert len(words(result).encode()) <= 8_000
    assert len(json.dumps(result.structured_content, ensure_ascii=False).encode()) <= 60_000
    text = words(result).splitlines()[0]
    assert json.loads(text) == [russian(string) for string in MANY[: len(json.loads(text))]]
    assert result.structured_content
    assert (result.structured_content["total"], len(result.structured_content["artifacts"])) == (2400, 1)
    assert len(saved(result)) == 2400


async def test_many_warnings_are_short_too_and_all_of_them_are_in_a_file(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    sources = strings(440)
    httpx2_mock.post(URL).mock(side_effect=Misbehaving("a placeholder is made up").answer)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": sources, "target_lang": "ru"})
    assert result.structured_content
    assert len(words(result).encode()) <= 8_000
    assert len(json.dumps(result.structured_content, ensure_ascii=False).encode()) <= 60_000
    full = {**result.structured_content, "translations": saved(result)}
    assert verdict(sources, full).unreported == 0
    assert result.structured_content["artifacts"][1]["path"] in words(result)


async def test_the_time_that_is_said_is_the_time_that_is_taken(
    httpx2_mock: respx.Router, connect: Connect, clock: VirtualClock
) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await anyio.sleep(1)
        return translated(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    async with connect(wait=1.0) as client:
        before = clock.now()
        begun = await client.call_tool("translate_text", {"text": MANY, "target_lang": "ru"})
        assert begun.structured_content
        await client.call_tool("get_job", {"job_id": begun.structured_content["job_id"], "wait": 600})
        taken = clock.now() - before
    said = float(words(begun).partition("about ")[2].partition(" s")[0])
    assert 0.8 * said <= taken <= 1.2 * said


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.json", '["Save", "Open"]', ["Save", "Open"]),
        ("a.json", '{"menu": {"save": "Save", "size": 3}, "open": ["Open"]}', ["Save", "Open"]),
        ("a.csv", 'id,source\n1,Save\n2,"Open, now"\n', ["Save", "Open, now"]),
        ("a.tsv", "text\tid\nSave\t1\nOpen\t2\n", ["Save", "Open"]),
        ("a.csv", "Save\nOpen\n", ["Save", "Open"]),
    ],
)
async def test_strings_may_come_from_a_file_and_their_translations_go_into_one_like_it(
    service: respx.Route, connect: Connect, tmp_path: Path, name: str, text: str, expected: list[str]
) -> None:
    (tmp_path / name).write_text(text)
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": str(tmp_path / name), "target_lang": "ru"})
    assert result.structured_content, words(result)
    assert result.structured_content["translations"] == [russian(string) for string in expected]
    (file,) = result.structured_content["artifacts"]
    assert Path(file["path"]).suffix == Path(name).suffix
    written = Path(file["path"]).read_text("utf-8-sig")
    assert all(russian(string) in written for string in expected)
    if name.endswith("json"):
        assert json.loads(written) == json.loads(text.replace("Save", russian("Save")).replace("Open", russian("Open")))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.json", '[{"source": "mug", "target": "кружка"}]'),
        ("g.json", '{"mug": "кружка", "n": 3}'),
        ("g.csv", "source,target\nmug,кружка\n"),
        ("g.tsv", "en\tru-RU\nmug\tкружка\n"),
        (
            "g.tmx",
            '<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><header srclang="en"/><body><tu>'
            '<tuv xml:lang="de"><seg>Becher</seg></tuv><tuv xml:lang="EN-us"><seg><b/>mug</seg></tuv>'
            '<tuv xml:lang="ru-RU"><seg>кружка</seg></tuv></tu></body></tmx>',
        ),
    ],
)
@pytest.mark.parametrize(("argument", "option"), [("glossary", "terms"), ("translation_memory", "tm_list")])
async def test_glossary_and_memory_may_come_from_a_file(
    service: respx.Route, connect: Connect, tmp_path: Path, argument: str, option: str, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    arguments = {"text": "A mug", "target_lang": "ru", argument: str(tmp_path / name)}
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert not result.is_error, words(result)
    assert options(service.calls[0].request)[option] == [{"source": "mug", "target": "кружка"}]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"text": "{folder}/missing.json"}, "There is no file at"),
        ({"text": "{folder}/broken.json"}, "is no JSON that can be read"),
        ({"text": "{folder}/numbers.json"}, "has no strings"),
        ({"text": "{folder}/columns.csv"}, "no column is called source or text"),
        ({"text": "x", "glossary": "{folder}/columns.csv"}, "has no pairs of auto and ru"),
        ({"text": "x", "glossary": "{folder}/bomb.tmx"}, "has no pairs"),
        ({"text": "x", "glossary": "mug = кружка"}, "Pass pairs as"),
        ({"text": "/etc/hosts.json"}, "is outside the folders"),
    ],
)
async def test_a_file_that_holds_nothing_of_the_kind_is_refused_without_quoting_it(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path, arguments: dict[str, Any], expected: str
) -> None:
    entities = '<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(8)
    )
    for name, text in {
        "broken.json": "{secret",
        "numbers.json": '{"secret": 12345}',
        "columns.csv": "user,password,secret\na,b,c\n",
        "bomb.tmx": f"{entities}]><tmx><body><tu><tuv xml:lang='ru'><seg>&i;</seg></tuv></tu></body></tmx>",
    }.items():
        (tmp_path / name).write_text(text)
    given = {name: value.replace("{folder}", str(tmp_path)) for name, value in arguments.items()}
    async with connect() as client:
        result = await client.call_tool("translate_text", given | {"target_lang": "ru"})
    assert result.is_error
    assert expected in words(result)
    assert "secret" not in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize("text", ["Open settings.json", "See src/app.json\nfor more", "{}.json here", "x" * 5000])
async def test_a_text_that_only_speaks_of_a_file_is_a_text(service: respx.Route, connect: Connect, text: str) -> None:
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert result.structured_content
    assert result.structured_content["translations"] == [russian(text)]


@pytest.mark.parametrize("char", [".", " ", "\n", "(", "<", "{", "%", "…", "。"])
async def test_a_text_of_nothing_but_one_sign_holds_nobody_up(
    service: respx.Route, connect: Connect, char: str
) -> None:
    """Patterns that look at each place anew would take minutes for this."""
    async with connect() as client:
        await client.call_tool("translate_text", {"text": f"a{char * 200_000}b", "target_lang": "ru"})
    assert service.call_count
