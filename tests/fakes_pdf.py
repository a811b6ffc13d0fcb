"""PDFs as no program of good will writes them."""

import hashlib
from collections.abc import Sequence

PASSWORD = "open sesame"
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    numbered = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(objects, 1))
    return b"%%PDF-1.4\n%strailer<</Size %d/Root 1 0 R%s>>\n%%%%EOF" % (numbered, len(objects) + 1, trailer)


def counting(number: int) -> bytes:
    """One page, and the word that there are so many."""
    pages = b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % number
    return pdf([_CATALOG, pages, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"])


def blank(number: int) -> bytes:
    """So many empty pages."""
    kids = b" ".join(b"%d 0 R" % (3 + index) for index in range(number))
    pages = b"<</Type/Pages/Kids[%s]/Count %d/MediaBox[0 0 100 100]>>" % (kids, number)
    return pdf([_CATALOG, pages, *[b"<</Type/Page/Parent 2 0 R>>"] * number])


def endless(page: int, pages: int) -> bytes:
    """So many pages, of which one takes hours to draw: ten thousand shadings, one over the other."""
    kids = b" ".join(b"%d 0 R" % (4 + index) for index in range(pages))
    plain = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"
    colours = b"<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 1 1]/N 1>>"
    shading = (
        b"<</ShadingType 3/ColorSpace/DeviceRGB/Coords[0 0 1 999 999 999]/Extend[true true]/Function %s>>" % colours
    )
    drawing = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1100 1100]/Contents 3 0 R/Resources<</Shading<</S %s>>>>>>"
    body = b"/S sh " * 10_000
    objects = [_CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages)]
    objects += [b"<</Length %d>>stream\n%s\nendstream" % (len(body), body)]
    objects += [drawing % shading if index == page else plain for index in range(1, pages + 1)]
    return pdf(objects)


def locked(pages: int) -> bytes:
    """A PDF of so many pages that opens with `PASSWORD`."""
    user, owner, mark = _padded(PASSWORD.encode()), _padded(b"owner"), b"0123456789abcdef"
    held = _rc4(hashlib.md5(owner).digest()[:5], user)
    key = hashlib.md5(user + held + (0xFFFFFFFC).to_bytes(4, "little") + mark).digest()[:5]
    proof = _rc4(key, _PADDING)
    guard = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (held.hex().encode(), proof.hex().encode())
    kids = b" ".join(b"%d 0 R" % (4 + index) for index in range(pages))
    tree = b"<</Type/Pages/Kids[%s]/Count %d/MediaBox[0 0 100 100]>>" % (kids, pages)
    hexed = mark.hex().encode()
    trailer = b"/Encrypt 3 0 R/ID[<%s><%s>]" % (hexed, hexed)
    return pdf([_CATALOG, tree, guard, *[b"<</Type/Page/Parent 2 0 R>>"] * pages], trailer)


def _padded(password: bytes) -> bytes:
    return (password + _PADDING)[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)
