"""The files of docs/deployment, each checked by its own tool."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from app import contract
from app.core.config import Settings
from tests.deployment.support import compose, proxies
from tests.support import npm
from tests.support.packages import ensure
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

FOLDER = ROOT / "docs/deployment"
BIN = Path(sys.executable).parent
SETTINGS = {name.upper() for name in Settings.model_fields} | {"CREDENTIALS_DIRECTORY"}


def succeeds(*command: str | Path, folder: Path | None = None) -> str:
    """Run a command and return all that it prints."""
    done = subprocess.run(
        command, cwd=folder, env=npm.ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def manifests() -> list[dict]:
    """What `kubectl apply -k` sends."""
    return list(yaml.safe_load_all(succeeds(ensure("kubectl", "kubernetes-client"), "kustomize", FOLDER / "kubernetes")))


def containers(manifests):
    pods = [manifest["spec"]["template"]["spec"] for manifest in manifests if "template" in manifest.get("spec", {})]
    return [(pod, container) for pod in pods for container in pod["containers"]]


def test_hadolint_finds_nothing_in_the_dockerfile():
    assert succeeds(BIN / "hadolint", FOLDER / "Dockerfile") == ""


class TestCompose:
    def test_dclint_finds_nothing(self):
        program = npm.ensure("dclint@3.1.0") / ".bin/dclint"
        # Of order, and of ports that everybody may reach: those of the proxy.
        unwanted = (
            "service-keys-order",
            "services-alphabetical-order",
            "top-level-properties-order",
            "no-unbound-port-interfaces",
        )
        options = [word for rule in unwanted for word in ("--disable-rule", rule)]
        succeeds(program, FOLDER / "compose.yaml", "--max-warnings", "0", *options)

    def test_every_variable_of_the_services_is_a_setting(self):
        ours = [service for service in compose.services().values() if service["image"] == compose.VARIABLES["ACCORD_IMAGE"]]

        assert len(ours) == 4
        assert {name for service in ours for name in service["environment"]} - SETTINGS == set()

    def test_the_services_are_confined(self):
        for name, service in compose.services().items():
            if name != "postgres":
                assert service["read_only"], name
                assert service["cap_drop"] == ["ALL"], name


class TestKubernetes:
    def test_the_manifests_are_valid(self, manifests, tmp_path):
        (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(manifests))

        printed = succeeds(BIN / "kubernetes-validate", "--strict", tmp_path / "all.yaml")

        assert printed.count(" passed ") == len(manifests) == 10

    def test_every_variable_is_a_setting_and_every_pod_has_the_config_map(self, manifests):
        [config] = [manifest for manifest in manifests if manifest["kind"] == "ConfigMap"]
        names = [container["envFrom"][0]["configMapRef"]["name"] for _, container in containers(manifests)]

        assert set(config["data"]) - SETTINGS == set()
        assert names == [config["metadata"]["name"]] * 3

    def test_a_pod_has_longer_to_stop_than_the_process_needs(self, manifests):
        [config] = [manifest for manifest in manifests if manifest["kind"] == "ConfigMap"]
        needed = float(config["data"]["DRAIN_SECONDS"]) + 15

        graces = [
            pod["terminationGracePeriodSeconds"] for pod, container in containers(manifests) if container["args"] != ["migrate"]
        ]
        assert [grace for grace in graces if grace < needed] == []

    def test_the_containers_are_confined(self, manifests):
        for pod, container in containers(manifests):
            assert pod["securityContext"]["runAsNonRoot"]
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }

    def test_what_is_applied_first_is_all_that_the_migration_needs(self, manifests):
        first = [one["kind"] for one in manifests if one["metadata"]["labels"].get("accord/step") == "migration"]

        assert sorted(first) == ["ConfigMap", "Job", "ServiceAccount"]


class TestSystemd:
    def test_the_units_are_valid_and_confined(self, tmp_path):
        program = ensure("systemd-analyze", "systemd")
        for unit in (FOLDER / "systemd").iterdir():  # with programs that exist here
            text = unit.read_text().replace("/opt/accord/current/.venv/bin/python", sys.executable)
            (tmp_path / unit.name).write_text(re.sub(r"ExecStartPost=\S+", "ExecStartPost=/bin/true", text))
        found = sorted(unit.name for unit in tmp_path.iterdir())

        assert found == ["accord-migrate.service", "accord-worker.service", "accord@.service"]
        for name in found:
            assert succeeds(program, "verify", f"./{name.replace('@', '@8001')}", folder=tmp_path) == ""
            succeeds(program, "security", "--offline=true", "--threshold=15", f"./{name}", folder=tmp_path)  # 1.5 of 10


class TestProxies:
    def test_nginx_accepts_its_configuration(self, tmp_path):
        succeeds(*proxies.nginx_conf(tmp_path, 8443, [8001, 8002]), "-t")

    def test_caddy_accepts_its_configuration(self, tmp_path):
        succeeds(ensure("caddy", *proxies.PACKAGES), "validate", *proxies.caddyfile(tmp_path, 8443, [8001, 8002]))
        succeeds(ensure("caddy", *proxies.PACKAGES), "fmt", "--diff", FOLDER / "proxy/Caddyfile")

    def test_both_admit_larger_bodies_than_the_service(self):
        assert contract.api().document.data["x-accord-body-limit"] < 1_000_000
        assert "client_max_body_size 1m;" in (FOLDER / "proxy/nginx.conf").read_text()
        assert "max_size 1MB" in (FOLDER / "proxy/Caddyfile").read_text()
