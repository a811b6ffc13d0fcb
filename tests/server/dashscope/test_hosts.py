"""Which hosts are public."""

import pytest

from qwen_localize.dashscope import is_private

# fmt: off
PRIVATE = [
    "localhost", "localhost.", "LOCALHOST", "a.localhost", "printer.local", "printer.LOCAL.", "metadata.internal",
    "127.0.0.1", "127.0.0.1.", "10.1.2.3", "172.16.0.1", "192.168.1.2", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "127.1", "10.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0",
    "::", "::1", "fe80::1", "fe80::1%2", "fc00::1", "fec0::1", "ff02::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:c0a8:101::1",
]
PUBLIC = [
    "results.example", "localhost.example", "198.18.0.23", "8.8.8.8", "8.8.8.8.", "134744072", "2606:4700::1111",
    "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
]
# fmt: on


@pytest.mark.parametrize("host", PRIVATE)
def test_no_spelling_of_a_private_address_passes_for_a_public_one(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", [*PUBLIC, "", "a\0b", "é.example", "[::1]", "\ud800"])
def test_what_is_no_private_address_is_not_taken_for_one(host: str) -> None:
    assert not is_private(host)
