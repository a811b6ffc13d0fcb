"""The lock file: what it says, and that it says the same when it is read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.discovery import Known
from qwen_localize_tools.localize_files.formats import UnreadableError
from qwen_localize_tools.localize_files.lock import Entry, Lock

keys = st.text(st.characters(codec="utf-8"), min_size=1)


@given(
    st.dictionaries(st.tuples(keys, st.sampled_from(["", "one", "=0"])), st.builds(Entry, st.just("ab"))), keys, keys
)
def test_a_lock_is_read_as_it_was_written(entries: dict[tuple[str, str], Entry], path: str, pattern: str) -> None:
    lock = Lock({(path, pattern): Known(path, "en", pattern, "JSON")}, {(path, "ru"): entries} if entries else {})
    assert Lock.read(lock.text) == lock


def test_lines_are_sorted_and_one_for_each_text() -> None:
    lock = Lock()
    lock.entries("b.json", "ru").update({("z", ""): Entry("1", "2"), ("a", "few"): Entry("3", "4")})
    lock.files["a.json", "ru"] = {("k", ""): Entry("5")}
    assert lock.text.splitlines()[1:] == [
        "file\tru\ta.json",
        "\t5\t-\tk",
        "file\tru\tb.json",
        "\t3\t4\ta\tfew",
        "\t1\t2\tz",
    ]


@pytest.mark.parametrize("text", ["", "# something else\n", Lock().text + "what is this\n", Lock().text + "\ta\n"])
def test_what_is_no_lock_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        Lock.read(text)
