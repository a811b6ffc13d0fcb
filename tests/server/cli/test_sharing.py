"""What must hold where a database is shared, told in one sentence before anything begins."""

import importlib.util
import logging
from pathlib import Path
from typing import Any

import pytest

from qwen_localize.cli import sharing
from qwen_localize.cli.sharing import check_replica, check_sharing, check_worker
from qwen_localize.errors import BadSetting
from qwen_localize.settings import Settings
from terminal import Typed

DATABASE = {"QWEN_LOCALIZE_DATABASE_URL": "postgresql://who:only-the-operator-knows@db.example/jobs"}
STORAGE = {"QWEN_LOCALIZE_STORAGE_URL": "s3://bucket/prefix"}
SECRET = {"QWEN_LOCALIZE_LINK_SECRET": "0123456789abcdef0123456789abcdef"}


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the extra were not installed."""
    missing = {*sharing.DATABASE_MODULES, *sharing.STORAGE_MODULES}
    found = importlib.util.find_spec
    monkeypatch.setattr(sharing, "find_spec", lambda name: None if name in missing else found(name))


def test_a_server_that_shares_nothing_is_told_nothing(no_extra: None, caplog: pytest.LogCaptureFixture) -> None:
    check_replica(Settings.load({}))
    assert not caplog.records


@pytest.mark.parametrize("given", [DATABASE, STORAGE])
@pytest.mark.parametrize("check", [check_sharing, check_replica])
def test_a_setting_whose_extra_is_missing_is_refused_with_what_to_install(
    no_extra: None, given: dict[str, str], check: Any
) -> None:
    with pytest.raises(BadSetting) as refused:
        check(Settings.load(given | SECRET))
    words = str(refused.value)
    assert next(iter(given)) in words
    assert "pip install 'qwen-localize[cluster]'" in words
    assert "only-the-operator-knows" not in words


def test_replicas_whose_links_would_differ_are_refused_with_how_to_make_a_secret() -> None:
    with pytest.raises(BadSetting, match=r"QWEN_LOCALIZE_LINK_SECRET.*openssl rand -hex 32"):
        check_replica(Settings.load(DATABASE | STORAGE))
    check_replica(Settings.load(DATABASE | STORAGE | SECRET))


def test_a_server_over_stdio_makes_no_links_and_needs_no_secret() -> None:
    check_sharing(Settings.load(DATABASE | STORAGE))


@pytest.mark.parametrize("check", [check_sharing, check_replica, check_worker])
def test_who_shares_jobs_and_no_files_is_warned_once(caplog: pytest.LogCaptureFixture, check: Any) -> None:
    check(Settings.load(DATABASE | SECRET))
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "QWEN_LOCALIZE_STORAGE_URL" in record.getMessage()
    caplog.clear()
    check(Settings.load(DATABASE | SECRET | STORAGE))
    assert not caplog.records


def test_a_worker_without_a_database_is_refused(typed: Typed) -> None:
    said = typed("worker")
    assert said.status == 2
    assert "Set QWEN_LOCALIZE_DATABASE_URL" in said.err


def test_a_worker_that_knows_no_key_is_refused(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    for name, value in (DATABASE | STORAGE).items():
        monkeypatch.setenv(name, value)
    said = typed("worker")
    assert said.status == 2
    assert "Set DASHSCOPE_API_KEY" in said.err
    assert "only-the-operator-knows" not in said.err


def test_a_replica_that_cannot_share_is_refused_at_its_start(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in DATABASE.items():
        monkeypatch.setenv(name, value)
    said = typed("serve", "--http", "127.0.0.1:0")
    assert said.status == 2
    assert "QWEN_LOCALIZE_LINK_SECRET" in said.err


def test_a_sandbox_in_the_same_process_shares_nothing_with_anybody(tmp_path: Path) -> None:
    alone = Settings.load(DATABASE | STORAGE).at_sandbox("http://127.0.0.1:1", tmp_path)
    assert alone.database_url is None
    assert alone.storage_url is None
