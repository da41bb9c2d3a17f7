"""Bring other people's .proto files into build/protos, and generate our code into gen/.

    python tools/protos.py fetch      take googleapis and protovalidate protos from their Python packages
    python tools/protos.py generate   rewrite gen/ (runs fetch first when needed)
    python tools/protos.py check      fail when gen/ is not what generate would write
    python tools/protos.py breaking R fail when our protos break callers of those at git revision R

Nothing fetched is committed: googleapis-common-protos ships its .proto files, protovalidate's are in the source
distribution of its 1.2.0 (the wheels of later versions lack them).
"""

from __future__ import annotations

import filecmp
import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
THIRD_PARTY = ROOT / "build" / "protos"
GENERATED = ROOT / "gen"
BUF = str(pathlib.Path(sys.executable).with_name("buf"))
GOOGLE_APIS = ("google/api/annotations.proto", "google/api/http.proto", "google/api/httpbody.proto")
VALIDATE = "buf/validate/validate.proto"
VALIDATE_SOURCE = "protovalidate==1.2.0"


def fetch() -> None:
    """Copy the .proto files that ours import into build/protos."""
    for name in GOOGLE_APIS:
        source = importlib.metadata.distribution("googleapis-common-protos").locate_file(name)
        target = THIRD_PARTY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(source), target)
    if (THIRD_PARTY / VALIDATE).exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--no-binary", "protovalidate", VALIDATE_SOURCE, "-d", folder], check=True)
        (archive,) = pathlib.Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            member = next(m for m in tar.getmembers() if m.name.endswith("/upstream/proto/" + VALIDATE))
            content = tar.extractfile(member)
            assert content is not None
            (THIRD_PARTY / VALIDATE).parent.mkdir(parents=True, exist_ok=True)
            (THIRD_PARTY / VALIDATE).write_bytes(content.read())


def generate(out: pathlib.Path) -> None:
    """Write messages, stubs and the typed client for integrators into `out`."""
    ours = sorted(str(p.relative_to(PROTO)) for p in PROTO.rglob("*.proto"))
    client = out / "orderbuddy_client"
    client.mkdir(parents=True)
    include = [f"-I{PROTO}", f"-I{THIRD_PARTY}"]
    # protoc finds its plugins, and the plugin its formatter, beside this Python.
    env = {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    protoc = [sys.executable, "-m", "grpc_tools.protoc", *include]
    subprocess.run(
        [*protoc, f"--python_out={out}", f"--pyi_out={out}", f"--grpc_python_out={out}", *ours, VALIDATE], check=True
    )
    subprocess.run(
        [*protoc, f"--python_betterproto2_out={client}", "--python_betterproto2_opt=client_generation=async", *ours],
        check=True,
        env=env,
        stderr=subprocess.DEVNULL,  # its progress report
    )
    for stub in out.rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()  # packages without a service
    for folder in {p.parent for p in out.rglob("*.py")} - {out}:
        for package in (folder, *folder.parents):
            if package == out:
                break
            (package / "__init__.py").touch()


def stale(out: pathlib.Path, against: pathlib.Path) -> list[str]:
    """Return the files that differ between two generated trees, by their relative names."""
    files = {p.relative_to(t) for t in (out, against) for p in t.rglob("*.py*") if p.suffix in (".py", ".pyi")}
    return sorted(
        str(f)
        for f in files
        if not (out / f).exists() or not (against / f).exists() or not filecmp.cmp(out / f, against / f, shallow=False)
    )


def breaking(revision: str) -> int:
    """Compare with an earlier revision. Images are compared, because buf takes our folders from git only as a whole."""
    archive = subprocess.run(["git", "archive", revision, "proto"], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        print(f"no protos at {revision}: nothing to compare with")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        before = pathlib.Path(folder) / "before"
        before.mkdir()
        subprocess.run(["tar", "x", "-C", str(before)], input=archive.stdout, check=True)
        shutil.copyfile(ROOT / "buf.yaml", before / "buf.yaml")
        shutil.copytree(THIRD_PARTY, before / "build" / "protos")
        images = [f"{folder}/before.binpb", f"{folder}/now.binpb"]
        for source, image in zip((before, ROOT), images, strict=True):
            subprocess.run([BUF, "build", str(source), "-o", image], check=True)
        config = '{"version":"v2","breaking":{"use":["WIRE_JSON"]}}'
        command = [BUF, "breaking", images[1], "--against", images[0], "--config", config]
        return subprocess.run(command, check=False).returncode


def main() -> int:
    """Run the command named on the command line."""
    command, *arguments = sys.argv[1:] or [""]
    if command == "breaking" and len(arguments) == 1:
        fetch()
        return breaking(arguments[0])
    if command not in ("fetch", "generate", "check") or arguments:
        print(__doc__)
        return 2
    fetch()
    if command == "generate":
        shutil.rmtree(GENERATED, ignore_errors=True)
        generate(GENERATED)
    elif command == "check":
        with tempfile.TemporaryDirectory() as folder:
            fresh = pathlib.Path(folder) / "gen"
            generate(fresh)
            if different := stale(GENERATED, fresh):
                print("gen/ is not what the protos say; run `make generate`:", *different, sep="\n  ")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
