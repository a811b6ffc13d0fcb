"""What the user decides."""

from pathlib import Path

import pytest

from qwen_localize import cli
from qwen_localize.errors import BadSetting
from qwen_localize.settings import Settings


def test_everything_has_a_default_but_the_key() -> None:
    settings = Settings.load({})
    assert settings.key is None
    assert str(settings.service) == "cn-beijing (https://dashscope.aliyuncs.com)"
    assert settings.output_dir == Path.home() / "qwen-localize"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DASHSCOPE_REGION", "mars"),
        ("DASHSCOPE_BASE_URL", "127.0.0.1:8123"),
        ("DASHSCOPE_BASE_URL", "http://127.0.0.1:port"),
        ("DASHSCOPE_WORKSPACE", "evil.example/x"),
        ("QWEN_LOCALIZE_TASK_QPS", "0"),
        ("QWEN_LOCALIZE_TASK_QPS", "often"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        Settings.load({name: value, "DASHSCOPE_API_KEY": "sk-secret"})
    assert str(caught.value).startswith(f"{name} cannot be used: ")
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["", "/", "/api/v1", "/api/v1/", "/compatible-mode/v1"])
def test_a_base_url_in_the_form_of_the_official_sdk_is_the_origin(path: str) -> None:
    settings = Settings.load({"DASHSCOPE_BASE_URL": f"https://dashscope.aliyuncs.com{path}"})
    assert settings.service.native == "https://dashscope.aliyuncs.com/api/v1"


@pytest.mark.parametrize("url", ["https://gateway.example/qwen", "https://gateway.example?x=1", "gateway.example"])
def test_a_base_url_with_another_path_is_refused_with_the_form_it_takes(url: str) -> None:
    with pytest.raises(BadSetting, match="write only scheme and host, without a path: https://"):
        Settings.load({"DASHSCOPE_BASE_URL": url})


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert Settings.load({"DASHSCOPE_API_KEY": "", "DASHSCOPE_REGION": " "}).region == "cn-beijing"


def test_the_key_is_in_no_representation() -> None:
    settings = Settings.load({"DASHSCOPE_API_KEY": "sk-secret"})
    assert "sk-secret" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_files_are_read_below_the_working_and_the_output_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({"QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out")})
    assert settings.allowed_dirs == (tmp_path.resolve(), (tmp_path / "out").resolve())


def test_allowed_directories_replace_the_usual_ones(tmp_path: Path) -> None:
    settings = Settings.load({"QWEN_LOCALIZE_ALLOWED_DIRS": f"{tmp_path}:{tmp_path / 'b'}"})
    assert settings.allowed_dirs == (tmp_path.resolve(), (tmp_path / "b").resolve())


def test_folders_that_are_allowed_besides_are_absolute_with_links_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to("a")
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({"QWEN_LOCALIZE_ALLOWED_DIRS": "/x"}).allowing([Path("b"), tmp_path])
    assert settings.allowed_dirs == (Path("/x"), tmp_path / "a", tmp_path)


@pytest.mark.parametrize(
    ("typed", "folders"),
    [
        (["serve", "--allow", "a", "--allow", "b"], ["a", "b"]),
        (["serve", "--allow", "a", "b", "--sandbox"], ["a", "b"]),
        (["serve", "--allow"], []),
        (["serve"], []),
        (["--allow", "a", "--allow", "b"], ["a", "b"]),
        (["--allow", "a", "serve"], ["a"]),
    ],
)
def test_folders_are_allowed_by_one_flag_or_by_many(typed: list[str], folders: list[str]) -> None:
    assert cli._parser().parse_args(typed).allow == [Path(folder) for folder in folders]


def test_a_root_as_working_directory_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    settings = Settings.load({})
    assert settings.allowed_dirs == (settings.output_dir.resolve(),)


def test_a_working_directory_that_was_deleted_opens_nothing_and_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    settings = Settings.load({"QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out")})
    assert settings.allowed_dirs == ((tmp_path / "out").resolve(),)
    with pytest.raises(BadSetting, match=r"QWEN_LOCALIZE_STATE_DIR cannot be used: .* give an absolute path"):
        Settings.load({"QWEN_LOCALIZE_STATE_DIR": "state"})


def test_directories_are_absolute_and_a_tilde_is_the_home_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({"QWEN_LOCALIZE_OUTPUT_DIR": "out", "QWEN_LOCALIZE_STATE_DIR": "~/state"})
    assert settings.output_dir == tmp_path / "out"
    assert settings.state_dir == Path.home() / "state"


@pytest.mark.parametrize("left", ["$DASHSCOPE_API_KEY", "${DASHSCOPE_API_KEY}", "${user_config.region}", "{env:X}"])
def test_a_reference_that_a_client_has_not_resolved_counts_as_not_set(left: str) -> None:
    settings = Settings.load({"DASHSCOPE_API_KEY": left, "DASHSCOPE_REGION": left, "QWEN_LOCALIZE_OUTPUT_DIR": left})
    assert settings.key is None
    assert settings.region == "cn-beijing"
    assert settings.output_dir == Path("~/qwen-localize").expanduser()


def test_further_folders_may_be_read_and_one_that_is_not_there_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.load({"QWEN_LOCALIZE_ALLOWED_DIRS": str(tmp_path)})
    more = settings.allowing([tmp_path / "a", Path("${user_config.folders}"), tmp_path])
    assert more.allowed_dirs == (tmp_path, tmp_path / "a")
    assert f"{tmp_path / 'a'}: there is no such folder now" in caplog.text


def test_variables_of_others_that_bear_a_setting_s_own_name_are_none_of_ours() -> None:
    others = dict.fromkeys(Settings.model_fields, "of another program")
    assert Settings.load(others) == Settings.load({})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("QWEN_LOCALIZE_DATABASE_URL", "mysql://u:hunter2@host/db", "begins with postgresql://"),
        ("QWEN_LOCALIZE_DATABASE_URL", "host=/run user=hunter2", "begins with postgresql://"),
        ("QWEN_LOCALIZE_STORAGE_URL", "https://hunter2.example", "write s3://bucket/prefix"),
        ("QWEN_LOCALIZE_STORAGE_URL", "s3:///hunter2", "write s3://bucket/prefix"),
        ("QWEN_LOCALIZE_STORAGE_URL", "file://hunter2/folder", "file:///folder"),
    ],
)
def test_a_store_for_replicas_that_is_none_is_refused_with_the_form_it_takes(name: str, value: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words) as caught:
        Settings.load({name: value})
    assert str(caught.value).startswith(name)
    assert "hunter2" not in str(caught.value)


def test_stores_for_replicas_are_named_by_urls_and_the_password_of_one_is_in_no_representation() -> None:
    urls = {
        "QWEN_LOCALIZE_DATABASE_URL": " postgres://user:hunter2@db:5432/jobs ",
        "QWEN_LOCALIZE_STORAGE_URL": "s3://bucket/some/prefix/",
    }
    settings = Settings.load(urls)
    assert settings.database_url
    assert settings.database_url.get_secret_value() == "postgres://user:hunter2@db:5432/jobs"
    assert settings.storage_url == "s3://bucket/some/prefix"
    assert "hunter2" not in repr(settings) + settings.model_dump_json()
    assert Settings.load({}).database_url is None
    assert Settings.load({}).storage_url is None
