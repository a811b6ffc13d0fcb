"""The files that start a cluster: what they name is there, and what they start would start with what they set."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from qwen_localize.cli import _parser
from qwen_localize.cli.sharing import check_replica
from qwen_localize.jobs import LONGEST_GRACE_SECONDS
from qwen_localize.mcp_server.http.health import CHECK_SECONDS
from qwen_localize.mcp_server.http.serving import GRACE_SECONDS
from qwen_localize.settings import Settings

MANIFESTS = Path(__file__).parents[3] / "manifests"
COMPOSE: dict[str, Any] = yaml.safe_load((MANIFESTS / "compose.yaml").read_text("utf-8"))
AWS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"}
FIELDS = {str(field.validation_alias): field for field in Settings.model_fields.values()}
LEAST_GRACE = LONGEST_GRACE_SECONDS + GRACE_SECONDS


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """All of Kubernetes, each by its kind and name."""
    for path in sorted((MANIFESTS / "kubernetes").glob("*.yaml")):
        for resource in yaml.safe_load_all(path.read_text("utf-8")):
            yield f"{resource['kind']}/{resource['metadata']['name']}", resource


KUBERNETES = dict(resources())
OURS = ["Deployment/qwen-localize-replica", "Deployment/qwen-localize-worker"]


def pod(name: str) -> dict[str, Any]:
    return dict(KUBERNETES[name]["spec"]["template"]["spec"])


def container(name: str) -> dict[str, Any]:
    [found] = pod(name)["containers"]
    return dict(found)


def example() -> dict[str, str]:
    lines = (MANIFESTS / "cluster.env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def in_kubernetes() -> dict[str, str]:
    return dict(KUBERNETES["ConfigMap/qwen-localize"]["data"] | KUBERNETES["Secret/qwen-localize"]["stringData"])


@pytest.mark.parametrize("given", [example(), in_kubernetes()], ids=["compose", "Kubernetes"])
def test_what_is_set_is_a_setting_of_ours_or_of_the_storage_and_replicas_start_with_it(
    given: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert set(given) <= set(FIELDS) | AWS | {"POSTGRES_PASSWORD"}
    settings = Settings.load(given)
    check_replica(settings)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert settings.key
    assert settings.token
    assert settings.storage_url
    assert settings.public_url


def test_secrets_stand_in_no_config_map() -> None:
    secret = {name for name, field in FIELDS.items() if SecretStr in getattr(field.annotation, "__args__", ())}
    assert "QWEN_LOCALIZE_DATABASE_URL" in secret
    assert not set(KUBERNETES["ConfigMap/qwen-localize"]["data"]) & (secret | {"AWS_SECRET_ACCESS_KEY"})
    assert "@" not in (MANIFESTS / "compose.yaml").read_text("utf-8")


@pytest.mark.parametrize("service", ["replica-1", "replica-2", "worker"])
def test_compose_starts_what_is_a_command_and_lets_it_finish(service: str) -> None:
    found = COMPOSE["services"][service]
    options = _parser().parse_args(found["command"])
    assert options.http == (None if service == "worker" else "0.0.0.0:8000")
    assert int(found["stop_grace_period"].removesuffix("s")) > LEAST_GRACE
    assert found["env_file"] == "cluster.env"
    assert all(name in COMPOSE["services"] for name in found["depends_on"])


def test_compose_asks_for_readiness_by_a_name_that_is_answered_to_and_long_enough() -> None:
    balancer = COMPOSE["configs"]["balancer"]["content"]
    assert "reverse_proxy replica-1:8000 replica-2:8000" in balancer
    assert "health_uri /readyz" in balancer
    assert "Host localhost" in balancer
    for seconds in (re.findall(r"health_timeout (\d+)s", balancer), re.findall(r"timeout=(\d+)", str(COMPOSE))):
        assert seconds
        assert all(int(each) > CHECK_SECONDS for each in seconds)


def test_the_bucket_that_is_made_is_the_one_that_is_used() -> None:
    [command] = COMPOSE["services"]["bucket"]["command"]
    bucket = example()["QWEN_LOCALIZE_STORAGE_URL"].removeprefix("s3://").partition("/")[0]
    assert f"here/{bucket}" in command
    assert example()["AWS_ENDPOINT_URL"] in command


def test_every_image_has_a_version() -> None:
    images = [service["image"] for service in COMPOSE["services"].values()]
    images += [container(name)["image"] for name in KUBERNETES if name.startswith(("Deployment/", "StatefulSet/"))]
    assert all(re.search(r":(?!latest)[\w.-]+$", image) for image in images), images


@pytest.mark.parametrize("name", OURS)
def test_kubernetes_starts_what_is_a_command_and_lets_it_finish(name: str) -> None:
    options = _parser().parse_args(container(name)["args"])
    assert options.http == (None if name.endswith("worker") else "0.0.0.0:8000")
    assert pod(name)["terminationGracePeriodSeconds"] > LEAST_GRACE
    assert KUBERNETES[name]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


@pytest.mark.parametrize("name", OURS)
def test_what_a_pod_refers_to_is_there_and_it_writes_only_where_it_may(name: str) -> None:
    for source in container(name)["envFrom"]:
        [(kind, reference)] = source.items()
        assert {"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind] + "/" + reference["name"] in KUBERNETES
    mounts = {mount["mountPath"]: mount["name"] for mount in container(name)["volumeMounts"]}
    assert set(mounts) == {"/data", "/tmp"}
    assert {*mounts.values()} == {volume["name"] for volume in pod(name)["volumes"]}
    assert container(name)["securityContext"]["readOnlyRootFilesystem"]
    assert pod(name)["securityContext"]["runAsNonRoot"]


def test_a_replica_that_cannot_reach_its_database_gets_no_calls_and_is_not_restarted() -> None:
    found = container("Deployment/qwen-localize-replica")
    probes = {kind: found[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")}
    assert {kind: probe["httpGet"]["path"] for kind, probe in probes.items()} == {
        "startup": "/healthz",
        "readiness": "/readyz",
        "liveness": "/healthz",
    }
    for probe in probes.values():
        assert probe["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "localhost"}]
    assert probes["readiness"]["timeoutSeconds"] > CHECK_SECONDS
    assert KUBERNETES["Deployment/qwen-localize-replica"]["spec"]["replicas"] == 2


@pytest.mark.parametrize("name", [*OURS, "StatefulSet/qwen-localize-postgres"])
def test_what_is_selected_is_what_is_made(name: str) -> None:
    spec = KUBERNETES[name]["spec"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]


def test_the_service_and_the_budget_are_for_replicas_and_the_ingress_leads_to_them() -> None:
    labels = KUBERNETES["Deployment/qwen-localize-replica"]["spec"]["selector"]["matchLabels"]
    service = KUBERNETES["Service/qwen-localize"]
    assert service["spec"]["selector"] == labels
    assert KUBERNETES["PodDisruptionBudget/qwen-localize-replica"]["spec"]["selector"]["matchLabels"] == labels
    [rule] = KUBERNETES["Ingress/qwen-localize"]["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "qwen-localize", "port": {"name": "http"}}
    settings = Settings.load(in_kubernetes())
    assert rule["host"] in settings.allowed_hosts
    assert settings.public_url == f"https://{rule['host']}"


def test_the_image_has_what_a_cluster_needs() -> None:
    assert "--extra cluster" in (MANIFESTS.parent / "Dockerfile").read_text("utf-8")
