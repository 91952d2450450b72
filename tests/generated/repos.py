"""What the tests of this folder share: environments of generated repos, and tools run in them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path

import pytest
import rendering
from filelock import FileLock

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Environments outlive a run: Spark alone is 400 MB.
CACHE = rendering.ROOT / ".nox/generated-cache"
TOOLS = Path(sys.executable).parent
MAVEN = "3.9.11"
MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2/org/apache/maven/apache-maven"
MAVEN_SHA512 = (
    "bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516"
    "b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978"
)
# Short runs gain nothing from the JVM's best compiler.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def finished(
    repo: Path, *command: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command in the repo and returns its process, with all that it printed."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=repo,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def run(repo: Path, *command: str | Path, **environment: str) -> None:
    """Runs a command in the repo and shows what it printed when it fails."""
    process = finished(repo, *command, **environment)
    assert process.returncode == 0, process.stdout


def run_tests(
    repo: Path, *arguments: str, java_options: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the repo's own tests as its owners would, and returns the process.

    Args:
        repo: the folder of the repo.
        arguments: of pytest.
        java_options: of every JVM.
        environment: variables that differ from those of this process.
    """
    if "JAVA_HOME" not in os.environ:
        on_path("java", "(Java 17) to run the Spark tests of the generated repos")
    tools = development_environment(repo)
    path = os.environ["PATH"]
    if (repo / "jar").exists():
        path = f"{maven()}{os.pathsep}{path}"
    command = [tools / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5"]
    environment = {"JDK_JAVA_OPTIONS": f"{QUICK} {java_options}", "PATH": path} | environment
    return finished(repo, *command, *arguments, **environment)


def on_path(tool: str, so_that: str) -> str:
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not on PATH; install it {so_that}")
    return path


def development_environment(repo: Path) -> Path:
    """Returns the `bin` folder of an environment with the repo's own `dev` dependencies."""
    pyproject = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))
    dependencies = sorted(pyproject["dependency-groups"]["dev"])
    name = hashlib.sha256("\n".join([sys.version, *dependencies]).encode()).hexdigest()[:12]
    folder = CACHE / name
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "lock"):
        if not (folder / "complete").exists():
            python = folder / "bin/python"
            run(repo, TOOLS / "uv", "venv", "--clear", "--python", sys.executable, folder)
            wheels = pyspark_wheels(repo, dependencies)
            install = [TOOLS / "uv", "pip", "install", "--python", python, "--find-links", wheels]
            run(repo, *install, *dependencies)
            (folder / "complete").touch()
    return folder / "bin"


def pyspark_wheels(repo: Path, dependencies: list[str]) -> Path:
    """Returns a folder with the wheel of PySpark, which PyPI has as source only.

    Built here once for each release, as uv would build it again for each environment.
    """
    folder = CACHE / "wheels"
    for dependency in dependencies:
        release = re.fullmatch(r"pyspark(?:\[.*\])?==(\S+)", dependency)
        if release and not list(folder.glob(f"pyspark-{release[1]}-*.whl")):
            pip = [TOOLS / "uv", "tool", "run", "--python", sys.executable, "pip", "wheel"]
            run(repo, *pip, "--quiet", "--no-deps", "-w", folder, f"pyspark=={release[1]}")
    return folder


def maven() -> Path:
    """Returns the folder of `mvn`: that on PATH, or one of Maven Central."""
    if there := shutil.which("mvn"):
        return Path(there).parent
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "lock"):
        folder = CACHE / f"apache-maven-{MAVEN}"
        if not folder.exists():
            with urllib.request.urlopen(
                f"{MAVEN_CENTRAL}/{MAVEN}/{folder.name}-bin.tar.gz"
            ) as page:
                archive = page.read()
            assert hashlib.sha512(archive).hexdigest() == MAVEN_SHA512
            with tarfile.open(fileobj=io.BytesIO(archive)) as content:
                content.extractall(CACHE, filter="data")
    return folder / "bin"
