"""A dubbed video shows the same pictures, and has the new voice and subtitles where they belong."""

import subprocess
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from qwen_localize_tools._shared.sound.codes import three_letters
from qwen_localize_tools._shared.sound.program import answer
from recordings import RATE, recording, video

SUBTITLES = "1\n00:00:00,200 --> 00:00:00,900\nHallo & so\nzwei\n\n2\n00:00:01,100 --> 00:00:01,800\nאבג\n\n"
TITLES = {"voice": "Deutsch", "original": "Original", "subtitles": "Untertitel"}


def dubbed(path: Path, **more: Any) -> tuple[dict[str, Any], Path]:
    voice = recording(path.with_name("voice.wav"), 2.0, [(0.5, 1.0)], rate=24000)
    subtitles, into = path.with_name("subtitles.srt"), path.with_name("out.bin")
    subtitles.write_text(SUBTITLES, encoding="utf-8")
    request = {"video": str(path), "voice": str(voice), "subtitles": str(subtitles), "into": str(into)}
    return answer({"do": "dub", "language": "de", "original_language": "en", "titles": TITLES} | request | more), into


def shown(path: Path) -> list[tuple[Fraction | None, bytes]]:
    """The packets of the picture, and when each is shown."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        return [(None if p.pts is None else Fraction(round(p.pts * p.time_base * 1000)), bytes(p)) for p in packets]


def heard(path: Path, track: int) -> Any:
    """When the first and the last sound of a track is heard."""
    with av.open(str(path)) as container:
        frames = container.decode(container.streams.audio[track])
        resampler = av.AudioResampler("s16", "mono", RATE)
        first, samples = None, array("h")
        for frame in frames:
            if first is None and frame.pts is not None and frame.time_base:
                first = float(frame.pts * frame.time_base)
            for part in resampler.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: part.samples * 2])
    loud = [index for index, value in enumerate(samples) if abs(value) > 2000]
    return (first or 0) + loud[0] / RATE, (first or 0) + loud[-1] / RATE


def tracks(path: Path) -> list[tuple[str, str, str | None, bool]]:
    with av.open(str(path)) as container:
        return [
            (stream.type, stream.codec_context.name, stream.language, bool(stream.disposition & 1))
            for stream in container.streams
            if stream.type != "video"
        ]


@pytest.mark.parametrize(
    ("name", "codec", "ending", "original", "text"),
    [
        ("a.mp4", "libx264", "mp4", "aac", "mov_text"),
        ("a.mov", "mpeg4", "mp4", "aac", "mov_text"),
        ("a.mkv", "libx264", "mkv", "aac", "srt"),
        ("a.webm", "libvpx", "mkv", "opus", "srt"),
        ("a.ts", "libx264", "mkv", "aac", "srt"),
        ("a.avi", "mpeg4", "mkv", "aac", "srt"),
    ],
)
def test_the_picture_stays_and_the_voice_comes_first(
    tmp_path: Path, name: str, codec: str, ending: str, original: str, text: str
) -> None:
    path = video(tmp_path / name, 2.0, codec=codec, loud=[(1.2, 1.6)])
    found, into = dubbed(path)
    assert (found["ending"], found["audio_tracks"], found["subtitle_tracks"], found["left_out"]) == (ending, 2, 1, [])
    assert [track[:3] for track in tracks(into)] == [
        ("audio", "aac", "deu"),
        ("audio", original, "eng"),
        ("subtitle", text, "deu"),
    ]
    assert [track[3] for track in tracks(into)][:2] == [True, False]
    assert heard(into, 0) == (pytest.approx(0.5, abs=0.05), pytest.approx(1.0, abs=0.05))
    assert heard(into, 1) == (pytest.approx(1.2, abs=0.07), pytest.approx(1.6, abs=0.07))
    if name != "a.ts":  # whose picture is framed otherwise
        assert [data for _, data in shown(into)] == [data for _, data in shown(path)]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_each_picture_is_shown_when_it_was(tmp_path: Path, name: str) -> None:
    path = video(tmp_path / name, 1.0)
    found, into = dubbed(path)
    assert shown(into) == shown(path)
    assert len(found["video_bytes_sha256"]) == 64


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_the_original_sound_keeps_its_delay(tmp_path: Path, name: str) -> None:
    _, into = dubbed(video(tmp_path / name, 2.0, loud=[(0, 0.4)], start=0.8))
    assert heard(into, 1)[0] == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_subtitles_stand_where_they_stood(tmp_path: Path, name: str) -> None:
    _, into = dubbed(video(tmp_path / name, 2.0))
    with av.open(str(into)) as container:
        packets = [packet for packet in container.demux(subtitles=0) if packet.size > 2]
        found = [(float((p.pts or 0) * p.time_base), bytes(p)[2 * name.endswith("mp4") :].decode()) for p in packets]
    assert found == [(0.2, "Hallo & so\nzwei"), (1.1, "אבג")]


def test_a_silent_video_gets_a_voice(tmp_path: Path) -> None:
    found, into = dubbed(video(tmp_path / "a.mp4", 2.0, with_audio=False))
    assert found["audio_tracks"] == 1
    assert heard(into, 0)[0] == pytest.approx(0.5, abs=0.05)


def test_subtitles_alone_leave_the_sound_as_it_is(tmp_path: Path) -> None:
    found, into = dubbed(video(tmp_path / "a.mp4", 1.0, language="fra"), voice=None)
    assert (found["audio_tracks"], found["subtitle_tracks"]) == (1, 1)
    assert tracks(into)[0] == ("audio", "aac", "fra", True)


def test_a_dubbed_video_can_be_dubbed_again(tmp_path: Path) -> None:
    _, once = dubbed(video(tmp_path / "a.mp4", 2.0))
    again = once.rename(tmp_path / "b.mp4")
    found, into = dubbed(again, language="fr")
    assert (found["audio_tracks"], found["subtitle_tracks"]) == (3, 2)
    assert [track[2] for track in tracks(into)] == ["fra", "deu", "eng", "fra", "deu"]


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    assert dubbed(recording(tmp_path / "a.mp3", 0.5))[0] == {"error": "no_video"}
    path = tmp_path / "b.mp4"
    path.write_bytes(b"text" * 100)
    assert dubbed(path)[0] == {"error": "unreadable"}


@pytest.mark.parametrize("share", range(0, 100, 10))
def test_a_cut_video_is_dubbed_as_far_as_it_goes_or_refused(tmp_path: Path, share: int) -> None:
    path = video(tmp_path / "a.mkv", 1.0)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * share // 100])
    found, _ = dubbed(path)
    assert found.get("error") in (None, "empty", "unreadable", "no_video")


@pytest.mark.parametrize(
    ("language", "letters"),
    [("de", "deu"), ("zh-Hant", "zho"), ("pt_BR", "por"), ("yue", "yue"), ("xx", "und"), ("", "und"), ("ENG", "eng")],
)
def test_languages_are_named_by_three_letters(language: str, letters: str) -> None:
    assert three_letters(language) == letters


def other_program(*arguments: object) -> str:
    """What an FFmpeg of another build says."""
    ffmpeg = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()
    done = subprocess.run([ffmpeg, "-v", "error", "-y", *map(str, arguments)], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout


def frames_by_another_program(path: Path) -> list[str]:
    rows = other_program("-i", path, "-map", "0:v:0", "-f", "framemd5", "-").splitlines()
    return [row.rpartition(",")[2] for row in rows if not row.startswith("#")]


def described(path: Path) -> tuple[object, ...]:
    """How a program that is no FFmpeg describes the picture."""
    media: Any = pytest.importorskip("pymediainfo").MediaInfo.parse(str(path)).video_tracks[0]
    look = (media.rotation, media.codec_id, media.color_primaries, media.transfer_characteristics)
    return (*look, media.width, media.height, media.frame_rate, media.duration)


FORMS = {
    "turned": ["-display_rotation", "90", "-i", "a.mp4", "-c", "copy", "turned.mp4"],
    "trimmed": ["-ss", "0.7", "-i", "a.mp4", "-c", "copy", "trimmed.mp4"],
    "late": ["-itsoffset", "5", "-i", "a.mp4", "-c", "copy", "late.mkv"],
    "streamed": ["-i", "a.mp4", "-c", "copy", "streamed.ts"],
    "flash": ["-i", "a.mp4", "-c", "copy", "-f", "flv", "flash.flv"],
    "uncompressed": ["-i", "a.mp4", "-c:v", "copy", "-c:a", "pcm_s16le", "uncompressed.mov"],
    "bright": [
        *("-i", "a.mp4", "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "copy"),
        *("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "bright.mp4"),
    ],
    "old": ["-i", "a.mp4", "-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame", "old.avi"],
}


@pytest.mark.process
@pytest.mark.parametrize("form", FORMS)
def test_another_program_sees_the_same_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.chdir(tmp_path)
    video(tmp_path / "a.mp4", 2.0)
    other_program(*FORMS[form])
    path = tmp_path / FORMS[form][-1]
    found, into = dubbed(path)
    assert "error" not in found
    assert frames_by_another_program(into) == frames_by_another_program(path)
    if found["ending"] == "mp4" and form != "trimmed":
        assert described(into) == described(path)
