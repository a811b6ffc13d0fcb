"""What `translate_media` takes, and what it refuses before anything is paid."""

import os
import re
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult

from fakes import API
from fakes_media import Interpreter, spoken, streamed, tone
from qwen_localize_tools._shared.sound import recordings
from qwen_localize_tools.translate_media import unopened
from recordings import recording as recorded
from recordings import video
from speech import silence, wav
from support import Connect, Refused, picture, words


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without what decodes recordings."""
    monkeypatch.setattr(recordings, "find_spec", lambda _: None)


@pytest.fixture
def translate(connect: Connect) -> Callable[..., Any]:
    async def called(path: Path | str, **arguments: Any) -> CallToolResult:
        async with connect() as client:
            return await client.call_tool("translate_media", {"media": str(path), "target_lang": "fr"} | arguments)

    return called


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def locked(path: Path) -> Path:
    """An MP4 file whose sound says that it is protected."""
    return written(path, recorded(path, 1).read_bytes().replace(b"mp4a", b"drms"))


def cut_off(path: Path) -> Path:
    """The first half of an MP4 file, which has no index then."""
    whole = recorded(path, 3).read_bytes()
    return written(path, whole[: len(whole) // 2])


def long_one(path: Path, hours: float) -> Path:
    """A WAV file of so many hours, with a hole instead of its silence; at 8 samples a second it is small."""
    size = round(hours * 3600) * 8 * 2
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8, 16, 2, 16)
    path.write_bytes(struct.pack("<4sI4s", b"RIFF", size + 36, b"WAVE") + form + struct.pack("<4sI", b"data", size))
    os.truncate(path, size + 44)
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no sound track": (lambda folder: video(folder / "a.mp4", 1, with_audio=False), "has no sound track"),
    "a picture": (lambda folder: written(folder / "a.mp3", picture()), "is a picture, whatever its name says"),
    "a broken container": (lambda folder: cut_off(folder / "a.m4a"), "is no recording that can be read"),
    "copy protection": (lambda folder: locked(folder / "a.m4a"), "is protected against copying"),
    "nothing": (lambda folder: written(folder / "a.wav", b""), "is empty"),
    "only silence": (lambda folder: written(folder / "a.wav", wav(silence(5))), "Nobody speaks in a.wav"),
    "five hours": (lambda folder: long_one(folder / "a.wav", 5), "lasts 5.0 hours; at most 4 are taken"),
    "text": (lambda folder: written(folder / "a.wav", b"password = secret\n" * 90), "is no recording that can be read"),
    "a playlist": (lambda folder: written(folder / "a.mp3", b"#EXTM3U\n/etc/passwd\n"), "is no recording"),
    "a folder": (lambda folder: folder, "is a folder or a device, not a file"),
    "no file": (lambda folder: folder / "a.mp3", "There is no file at"),
    "a place that may not be read": (lambda _: Path("/etc/hostname"), "is outside the folders that may be read"),
}


@pytest.mark.parametrize(("make", "expected"), BAD.values(), ids=BAD.keys())
async def test_what_is_no_recording_is_refused_before_anything_is_sent(
    refused: Refused, translate: Callable[..., Any], tmp_path: Path, make: Callable[[Path], Path], expected: str
) -> None:
    said = await refused(translate(make(tmp_path)))
    assert expected in said
    assert "secret" not in said


async def test_a_link_that_leads_out_is_refused(
    refused: Refused, translate: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "a.wav").symlink_to("/etc/hostname")
    assert "outside the folders" in await refused(translate(tmp_path / "a.wav"))


async def test_a_data_uri_is_refused_with_what_to_pass(refused: Refused, translate: Callable[..., Any]) -> None:
    assert "plain path" in await refused(translate("data:audio/wav;base64,UklGRg=="))


@pytest.mark.parametrize("ending", ["mp3", "m4a", "ogg", "flac", "mka", "aac"])
async def test_whatever_the_format_the_service_gets_flac(
    model: Interpreter, translate: Callable[..., Any], tmp_path: Path, ending: str
) -> None:
    result = await translate(recorded(tmp_path / f"a.{ending}", 4, [(0.5, 3.5)]))
    assert not result.is_error, words(result)
    assert list(model.asked) == ["3"]


async def test_damage_inside_a_recording_is_told(
    model: Interpreter, translate: Callable[..., Any], tmp_path: Path
) -> None:
    path = recorded(tmp_path / "a.m4a", 12, [(1, 11)])
    data = bytearray(path.read_bytes())
    middle, part = len(data) // 3, len(data) // 3
    data[middle : middle + part] = b"\x55" * part
    result = await translate(written(path, bytes(data)))
    assert re.search(r"About \d+ s of its sound are damaged", words(result))


@pytest.mark.usefixtures("no_extra")
class TestWithoutTheExtra:
    """Nobody can decode here, so what is short goes whole."""

    @pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.ogg", "a.m4a", "a.aac"])
    async def test_a_recording_goes_whole_in_its_own_format(
        self, model: Interpreter, translate: Callable[..., Any], tmp_path: Path, name: str
    ) -> None:
        result = await translate(recorded(tmp_path / name, 2))
        [body] = model.requests
        [part] = body["messages"][0]["content"]
        kind = "opus" if name == "a.ogg" else Path(name).suffix[1:]
        assert part["input_audio"]["format"] == kind
        assert Path(result.structured_content["artifacts"][0]["path"]).suffix == ".txt"

    async def test_a_name_that_lies_is_not_believed(
        self, model: Interpreter, translate: Callable[..., Any], tmp_path: Path
    ) -> None:
        await translate(written(tmp_path / "a.mp3", wav(silence(1))))
        assert model.requests[0]["messages"][0]["content"][0]["input_audio"]["format"] == "wav"

    async def test_a_wav_file_too_long_for_one_answer_is_refused_with_what_to_install(
        self, refused: Refused, translate: Callable[..., Any], tmp_path: Path
    ) -> None:
        said = await refused(translate(long_one(tmp_path / "a.wav", 0.1)))
        assert "lasts 6 minutes, too long for one answer" in said
        assert unopened.EXTRA in said

    async def test_what_is_too_large_to_be_sent_is_refused_with_what_to_install(
        self, refused: Refused, translate: Callable[..., Any], tmp_path: Path
    ) -> None:
        path = written(tmp_path / "a.mp3", b"ID3" + bytes(100))
        os.truncate(path, 50 * 2**20)
        assert f"has 50 MB, too long for one answer of the service, so it must be cut. {unopened.EXTRA}" in (
            await refused(translate(path))
        )

    async def test_what_nobody_knows_is_refused(
        self, refused: Refused, translate: Callable[..., Any], tmp_path: Path
    ) -> None:
        path = written(tmp_path / "a.mp3", b"password = secret\n" * 90)
        assert "is no recording that is known here" in await refused(translate(path))

    async def test_of_a_video_the_voice_is_made_and_it_is_said_what_makes_the_video(
        self, model: Interpreter, translate: Callable[..., Any], tmp_path: Path
    ) -> None:
        model.answer = lambda *_: streamed(spoken("Bonjour", tone(1.0)))
        result = await translate(video(tmp_path / "a.mp4", 2), speech=True)
        [voice] = [found["path"] for found in result.structured_content["artifacts"] if found["path"].endswith("wav")]
        with wave.open(voice) as sound:
            assert sound.getnframes() == 24_000
        assert f"The video itself was not made: {unopened.EXTRA}" in words(result)

    async def test_an_upload_that_is_too_large_for_a_request_goes_before_it(
        self, httpx2_mock: respx.Router, model: Interpreter, translate: Callable[..., Any], tmp_path: Path
    ) -> None:
        policy = dict.fromkeys(("policy", "signature", "oss_access_key_id", "x_oss_object_acl"), "v")
        places = {"x_oss_forbid_overwrite": "v", "upload_dir": "dir", "upload_host": "https://up.example"}
        httpx2_mock.get(f"{API}/uploads").respond(json={"request_id": "r", "data": policy | places})
        httpx2_mock.post("https://up.example").respond(200)
        await translate(written(tmp_path / "a.mp3", b"ID3" + bytes(6_000_000)))
        request = model.route.calls[0].request
        assert request.headers["x-dashscope-ossresourceresolve"] == "enable"
        [part] = model.requests[0]["messages"][0]["content"]
        assert part["input_audio"]["data"].startswith("oss://dir/")
