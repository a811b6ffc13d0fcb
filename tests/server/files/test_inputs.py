"""What may come in."""

import base64
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qwen_localize.errors import BadInput
from qwen_localize.files import LocalMedia, RemoteMedia, inputs, read_media
from qwen_localize_tools._shared.pictures import PictureRules
from support import picture

RULES = PictureRules(frozenset({"JPEG", "PNG"}), min_side=15, max_side=8192, max_ratio=10, most_bytes=100_000)


# The head of a photo as telephones take them.
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture())
    return folder


async def read(reference: str, *folders: Path) -> LocalMedia:
    found = await read_media(reference, RULES, tuple(folder.resolve() for folder in folders))
    assert isinstance(found, LocalMedia)
    return found


async def test_type_and_size_are_read_from_the_content_not_from_the_name(allowed: Path) -> None:
    (allowed / "photo.txt").write_bytes(picture(20, 30, "JPEG"))
    found = await read(str(allowed / "photo.txt"), allowed)
    assert (found.name, found.mime_type) == ("photo.txt", "image/jpeg")
    assert found.facts == {"format": "JPEG", "width": 20, "height": 30}


async def test_a_key_file_is_refused_even_where_files_may_be_read(allowed: Path) -> None:
    (allowed / "id_rsa.png").write_text("-----BEGIN PRIVATE KEY-----")
    with pytest.raises(BadInput, match="not a picture"):
        await read(str(allowed / "id_rsa.png"), allowed)


async def test_a_link_is_judged_by_where_it_leads(allowed: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    (allowed / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(BadInput, match="outside the folders"):
        await read(str(allowed / "link.png"), allowed)


async def test_dots_do_not_lead_out(allowed: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    with pytest.raises(BadInput, match="outside the folders"):
        await read(str(allowed / ".." / "secret.png"), allowed)


async def test_a_folder_with_a_name_that_begins_alike_is_another_folder(allowed: Path, tmp_path: Path) -> None:
    (tmp_path / "allowed-not").mkdir()
    (tmp_path / "allowed-not" / "a.png").write_bytes(picture())
    with pytest.raises(BadInput, match="outside the folders"):
        await read(str(tmp_path / "allowed-not" / "a.png"), allowed)


async def test_whether_a_file_outside_exists_is_not_told(allowed: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="outside the folders"):
        await read(str(tmp_path / "nothing-here.png"), allowed)


@pytest.mark.parametrize("kind", ["folder", "fifo"])
async def test_only_regular_files_are_opened(allowed: Path, kind: str) -> None:
    path = allowed / kind
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(BadInput, match="a folder or a device"):
        await read(str(path), allowed)


@pytest.mark.parametrize("reference", ["a\0b.png", "x" * 5000, "~nobody-by-this-name/x.png"])
async def test_a_path_that_no_system_takes_is_an_error_in_words(allowed: Path, reference: str) -> None:
    with pytest.raises(BadInput):
        await read(reference, allowed)


async def test_a_file_over_the_limit_is_not_read(allowed: Path) -> None:
    (allowed / "big.png").write_bytes(b"\x89PNG" + bytes(200_000))
    with pytest.raises(BadInput, match=r"has 0.2 MB; at most"):
        await read(str(allowed / "big.png"), allowed)


async def test_a_picture_bomb_is_refused_by_its_header(allowed: Path) -> None:
    data = bytearray(picture())
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (allowed / "bomb.png").write_bytes(data)
    with pytest.raises(BadInput, match="far too many pixels"):
        await read(str(allowed / "bomb.png"), allowed)


async def test_the_sandbox_may_be_given_urls_on_this_machine() -> None:
    found = await read_media("http://127.0.0.1:9/a.png", RULES, (), local_service=True)
    assert found == RemoteMedia("http://127.0.0.1:9/a.png", "a.png")


@pytest.mark.parametrize("host", ["localhost", "10.0.0.1", "192.168.1.2", "169.254.169.254", "[::1]", "printer.local"])
async def test_urls_that_the_service_cannot_reach_are_refused(host: str) -> None:
    with pytest.raises(BadInput, match="not on the public internet"):
        await read_media(f"http://{host}/a.png", RULES, ())


PARTS = st.lists(
    st.sampled_from(["..", ".", "/", "a.png", "allowed", "secret.png", "~", "link", "\0", "C:", "//"]), max_size=8
)


@given(parts=PARTS, absolute=st.booleans())
async def test_no_spelling_of_a_path_leads_out_of_the_allowed_folders(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], absolute: bool
) -> None:
    root = tmp_path_factory.getbasetemp() / "paths"
    allowed = root / "allowed"
    allowed.mkdir(parents=True, exist_ok=True)
    for path, size in ((allowed / "a.png", 20), (root / "secret.png", 30)):
        path.write_bytes(picture(size, size))
    if not (allowed / "link").is_symlink():
        (allowed / "link").symlink_to(root)
    reference = "/".join(parts)
    try:
        found = await read(f"{allowed}/{reference}" if absolute else reference, allowed)
    except BadInput:
        return
    assert (found.facts["width"], found.name) == (20, "a.png")


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need rights there")
@pytest.mark.parametrize("kind", ["link", "folder link", "pipe"])
async def test_what_takes_a_files_place_after_it_was_checked_is_not_read(
    allowed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.png").write_bytes(picture(99, 99))
    permitted = inputs.permitted

    def replaced(reference: str, readable: tuple[Path, ...]) -> Path:
        path = permitted(reference, readable)
        if kind == "folder link":
            allowed.rename(tmp_path / "before")
            allowed.symlink_to(tmp_path / "secret")
        else:
            path.unlink()
            path.symlink_to(tmp_path / "secret" / "a.png") if kind == "link" else os.mkfifo(path)
        return path

    monkeypatch.setattr(inputs, "permitted", replaced)
    with pytest.raises(BadInput, match=r"cannot be read|was replaced"):
        await read(str(allowed / "a.png"), allowed)


@pytest.mark.parametrize("url", ["http://[::1", "https://[2001:db8::/x.png", "http://[" + "a" * 60 + "]/x.png"])
async def test_a_url_that_is_none_is_an_error_in_words(url: str) -> None:
    with pytest.raises(BadInput, match="is no URL"):
        await read_media(url, RULES, ())


@given(st.sampled_from(["", "//", "http://", "HTTPS:", "data:image/png;base64,", "ftp://"]), st.text(max_size=60))
@example("http://", "a.example/\ud800.png")
@example("data:image/png;base64,", "é")
async def test_every_reference_is_used_or_refused_in_words(start: str, rest: str) -> None:
    try:
        assert isinstance(await read_media(start + rest, RULES, ()), RemoteMedia)
    except BadInput:
        return


async def test_a_file_that_grows_while_it_is_read_is_held_to_the_limit(
    allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = inputs.fits

    def growing(size: int, most: int) -> None:
        fits(size, most)
        (allowed / "a.png").write_bytes(picture() + bytes(200_000))

    monkeypatch.setattr(inputs, "fits", growing)
    with pytest.raises(BadInput, match=r"has 0.1 MB; at most"):
        await read(str(allowed / "a.png"), allowed)


async def test_a_long_ipv6_url_is_passed_on() -> None:
    url = "https://[2606:4700:3035:0000:0000:0000:6815:1234]/a.png"
    assert await read_media(url, RULES, ()) == RemoteMedia(url, "a.png")


async def test_a_data_uri_may_have_line_breaks() -> None:
    uri = "data:image/png;base64,\n" + base64.encodebytes(picture()).decode()
    found = await read(uri)
    assert found.data == picture()


async def test_a_heic_photo_is_called_what_it_is(allowed: Path) -> None:
    (allowed / "photo.heic").write_bytes(HEIC)
    with pytest.raises(BadInput, match="Convert it to JPEG"):
        await read(str(allowed / "photo.heic"), allowed)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://shop.example/a%0Ab%1b%5D0%3Bx.png", "a b ]0;x.png"),
        ("https://shop.example/%F0%9F%98%80.png", "😀.png"),
        ("https://shop.example/%0A", "shop.example"),
    ],
)
async def test_a_name_out_of_a_url_is_one_line_without_control_characters(url: str, name: str) -> None:
    found = await read_media(url, RULES, ())
    assert isinstance(found, RemoteMedia)
    assert found.name == name


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
async def test_a_file_whose_name_is_no_text_is_read_under_a_name_that_is(allowed: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(allowed) + b"/caf\xe9\n.png"))
    path.write_bytes(picture())
    assert (await read(str(path), allowed)).name == "caf\ufffd .png"


async def test_where_the_working_directory_was_deleted_an_absolute_path_is_asked_for(
    allowed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert (await read(str(allowed / "a.png"), allowed)).name == "a.png"
    with pytest.raises(BadInput, match="give an absolute one"):
        await read("a.png", allowed)
