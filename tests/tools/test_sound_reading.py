"""What a recording is, and its sound, whatever file it is and whatever it says of itself."""

import json
import os
import random
import struct
import subprocess
import sys
from array import array
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qwen_localize_tools._shared.sound import program
from qwen_localize_tools._shared.sound.program import answer
from recordings import RATE, recording, video

KEY = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": "00" * 16, "encryption_kid": "11" * 16}


def probed(path: Path) -> dict[str, Any]:
    return answer({"do": "probe", "path": str(path)})


def decoded(path: Path, **more: Any) -> tuple[dict[str, Any], "array[int]"]:
    into = path.with_name("out.pcm")
    found = answer({"do": "decode", "path": str(path), "into": str(into), "rate": RATE, **more})
    return found, array("h", into.read_bytes() if into.exists() else b"")


def loud(samples: "array[int]") -> Any:
    indexes = [index for index, value in enumerate(samples) if abs(value) > 2000]
    return indexes[0] / RATE, indexes[-1] / RATE


@pytest.mark.parametrize(
    ("ending", "container", "codec", "rate"),
    [
        ("wav", "wav", "pcm_s16le", 16000),
        ("mp3", "mp3", "mp3float", 16000),
        ("m4a", "mp4", "aac", 16000),
        ("ogg", "ogg", "opus", 48000),
        ("flac", "flac", "flac", 16000),
        ("mka", "matroska", "aac", 16000),
        ("aac", "aac", "aac", 16000),
        ("ts", "mpegts", "aac", 16000),
        ("amr", "amr", "amrnb", 8000),
    ],
)
def test_each_format_is_known_and_its_sound_in_place(
    tmp_path: Path, ending: str, container: str, codec: str, rate: int
) -> None:
    path = recording(tmp_path / f"a.{ending}", 2.0, [(0.5, 1.0)], rate=rate)
    found = probed(path)
    assert (found["container"], found["audio"]) == (container, {"codec": codec, "rate": rate, "channels": 1})
    assert (found["video"], found["is_picture"], found["audio_tracks"]) == (None, False, 1)
    assert found["duration"] == pytest.approx(2.0, abs=0.15)
    facts, samples = decoded(path)
    assert facts["seconds"] == pytest.approx(len(samples) / RATE, abs=0.001) == pytest.approx(2.0, abs=0.15)
    assert loud(samples) == (pytest.approx(0.5, abs=0.08), pytest.approx(1.0, abs=0.08))


def test_a_video_says_what_it_shows(tmp_path: Path) -> None:
    found = probed(video(tmp_path / "a.mp4", 1.0, language="eng"))
    assert found["video"] == {"codec": "h264", "width": 160, "height": 96, "fps": 25.0}
    assert found["audio"] == {"codec": "aac", "rate": 48000, "channels": 1, "language": "eng"}
    assert found["duration"] == pytest.approx(1.0, abs=0.03)


def test_a_video_without_sound_is_one(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", 1.0, with_audio=False)
    assert (probed(path)["audio"], probed(path)["audio_tracks"]) == (None, 0)
    assert decoded(path)[0] == {"error": "silent"}


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
def test_sound_that_begins_after_the_picture_stays_behind_it(tmp_path: Path, ending: str) -> None:
    _, samples = decoded(video(tmp_path / f"a.{ending}", 2.0, loud=[(0, 0.5)], start=0.7))
    assert loud(samples)[0] == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_is_no_recording_whatever_its_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.mp3"
    Image.new("RGB", (20, 20)).save(path, kind)
    assert probed(path)["is_picture"]
    assert (probed(path)["audio"], probed(path)["video"]) == (None, None)
    assert decoded(path)[0] == {"error": "unreadable"}


def test_a_picture_on_the_cover_is_no_video(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mp3", 1.0)
    buffer = BytesIO()
    Image.new("RGB", (20, 20)).save(buffer, "PNG")
    frame = b"\0image/png\0\3\0" + buffer.getvalue()
    body = b"APIC" + struct.pack(">I", len(frame)) + b"\0\0" + frame
    size = bytes((len(body) >> shift) & 127 for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\3\0\0" + size + body + path.read_bytes())
    found = probed(path)
    assert (found["video"], found["has_cover"], found["is_picture"]) == (None, True, False)
    assert found["audio"]["codec"] == "mp3float"


def test_what_is_encrypted_is_refused(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.m4a", 1.0, options=KEY)
    assert probed(path) == {"error": "encrypted"}
    assert decoded(path)[0] == {"error": "encrypted"}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"Dear all, this is a text.\n" * 400, "unreadable"),
        (random.Random(1).randbytes(200_000), "unreadable"),
        (b"\0" * 100_000, "unreadable"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.wav\n#EXT-X-ENDLIST\n", "unreadable"),
        (b"ffconcat version 1.0\nfile other.wav\n", "unreadable"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n", "unreadable"),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>', "unreadable"),
    ],
)
@pytest.mark.parametrize("name", ["a.mp4", "a.mp3", "a%d.m3u8"])
def test_what_is_no_recording_is_refused_and_leads_nowhere(
    tmp_path: Path, content: bytes, word: str, name: str
) -> None:
    recording(tmp_path / "other.wav", 1.0)
    path = tmp_path / name
    path.write_bytes(content)
    assert probed(path)["error"] == word
    assert decoded(path)[0]["error"] == word


@pytest.mark.parametrize("ending", ["wav", "mp3", "m4a", "ogg", "flac", "mka", "ts"])
@pytest.mark.parametrize("share", range(0, 100, 10))
def test_a_cut_file_gives_what_is_there_or_a_word(tmp_path: Path, ending: str, share: int) -> None:
    path = recording(tmp_path / f"a.{ending}", 2.0, rate=48000 if ending == "ogg" else RATE)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * share // 100])
    for found in (probed(path), decoded(path)[0]):
        assert found.get("error") in (None, "empty", "unreadable", "undecodable")
    if "error" not in (found := decoded(path)[0]):
        assert found["seconds"] == pytest.approx(2 * share / 100, abs=1.0)


@pytest.mark.parametrize("ending", ["mp3", "m4a", "ogg", "flac", "mka"])
def test_damage_in_the_middle_leaves_the_rest_in_place(tmp_path: Path, ending: str) -> None:
    path = recording(tmp_path / f"a.{ending}", 4.0, [(0, 1), (3, 3.5)], rate=48000 if ending == "ogg" else RATE)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = random.Random(2).randbytes(200)
    path.write_bytes(data)
    found, samples = decoded(path)
    assert "error" not in found
    assert loud(samples)[0] == pytest.approx(0, abs=0.1)


def test_a_header_that_lies_about_the_length_is_not_believed(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", 1.0)
    data = bytearray(path.read_bytes())
    position = data.find(b"data") + 4
    data[position : position + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(data)
    assert probed(path)["duration"] == pytest.approx(1.0, abs=0.01)
    assert decoded(path)[0]["seconds"] == pytest.approx(1.0, abs=0.01)


def test_an_mp3_without_a_table_is_measured(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mp3", 3.0, [(0, 0.2)], options={"write_xing": "0"})
    assert probed(path)["duration"] == pytest.approx(3.0, abs=0.15)


def test_a_matroska_without_a_duration_is_measured(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mka", 2.0, options={"live": "1"})
    assert probed(path)["duration"] == pytest.approx(2.0, abs=0.1)


def test_a_chained_ogg_goes_on_where_the_first_ends(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.ogg", 1.0, rate=48000)
    path.write_bytes(path.read_bytes() * 3)
    assert probed(path)["duration"] == pytest.approx(3.0, abs=0.05)
    assert decoded(path)[0]["seconds"] == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("channels", [2, 6, 8])
def test_all_channels_become_one(tmp_path: Path, channels: int) -> None:
    found, samples = decoded(recording(tmp_path / "a.wav", 0.5, channels=channels))
    assert found["seconds"] == 0.5
    assert max(samples) > 3000


def test_channels_that_have_no_names_become_one(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 8, 8000, 128000, 16, 16)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", 128000) + b"\0\x20" * 64000
    path.write_bytes(struct.pack("<4sI", b"RIFF", len(body)) + body)
    assert decoded(path)[0]["seconds"] == 1.0


def test_a_long_recording_is_cut_at_the_limit(tmp_path: Path) -> None:
    found, samples = decoded(recording(tmp_path / "a.mp3", 3.0), most=1.5)
    assert (found["is_cut"], len(samples)) == (True, RATE * 3 // 2)


def test_a_recording_of_nothing_says_so(tmp_path: Path) -> None:
    assert decoded(recording(tmp_path / "a.flac", 1.0, [(0, 0)]))[0]["is_silent"]
    assert not decoded(recording(tmp_path / "b.flac", 1.0))[0]["is_silent"]


@pytest.mark.parametrize("request_", [{}, {"do": "dance"}, {"do": "probe"}, {"do": "decode", "path": 7}])
def test_a_request_that_makes_no_sense_is_answered(request_: dict[str, Any]) -> None:
    assert answer(request_)["error"] == "request"


def test_a_file_that_is_not_there_is_answered(tmp_path: Path) -> None:
    assert probed(tmp_path / "none.mp3")["error"] == "unreadable"


def start_program() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", program.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=os.sep
    )


@pytest.mark.process
def test_the_program_answers_each_line_and_ends_with_its_input(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", 0.5)
    with start_program() as process:
        assert process.stdin
        assert process.stdout
        for request in ({"do": "probe", "path": str(path)}, {"do": "probe", "path": str(tmp_path)}, {"do": "x"}):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == answer(request)
        process.stdin.close()
        assert process.wait(10) == 0
