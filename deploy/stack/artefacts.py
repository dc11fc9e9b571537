"""The files that the services are made of: which ones, how large, and their digests; fetched into the cache folder."""

import errno
import fcntl
import hashlib
import logging
import shutil
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from schemas.errors import Fatal, Transient, UsageError

CATALOGUE = Path(__file__).with_name("artefacts.toml")

Progress = Callable[[int], None]
"""Takes the number of bytes that have come since the last call."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file of a public Maven repository, as the catalogue pins it."""

    group: str
    name: str
    version: str
    packaging: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """What the file is called in the repository and in the cache."""
        return f"{self.name}-{self.version}.{self.packaging}"

    def is_whole(self, path: Path) -> bool:
        """Return whether the file at `path` is this one, byte for byte."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


class Download(Protocol):
    """How one file comes here."""

    def __call__(self, artefact: Artefact, folder: Path, progress: Progress) -> Path:
        """Bring the file somewhere into `folder` and return where. Raises OSError or RuntimeError."""
        ...


def pinned(product: str, version: str) -> list[Artefact]:
    """Return the files of a product's version. Raises UsageError for a version that is not in the catalogue."""
    versions = tomllib.loads(CATALOGUE.read_text("utf-8"))[product]
    if version not in versions:
        raise UsageError(f"{product} {version} is not known here; there are: {', '.join(versions)}")
    return [_artefact(coordinates, **pin) for coordinates, pin in versions[version].items()]


def missing(artefacts: Sequence[Artefact], folder: Path) -> list[Artefact]:
    """Return the files that `folder` does not hold, or holds in another state than the pinned one."""
    return [artefact for artefact in artefacts if not artefact.is_whole(folder / artefact.filename)]


def fetch(artefacts: Sequence[Artefact], folder: Path, progress: Progress, download: Download | None = None) -> None:
    """Make `folder` hold every file, whole, and nothing half. Safe to run again, and by several processes at once.

    Raises Transient when a download breaks off or brings other bytes than the pinned ones: what did come whole stays.
    Raises UsageError where the folder cannot be written.
    """
    if not missing(artefacts, folder):
        return
    download = download or _maven()
    with unfinished(folder) as partial:
        for artefact in missing(artefacts, folder):  # again: another process may have fetched them meanwhile
            try:
                path = download(artefact, partial, progress)
            except (OSError, RuntimeError) as error:
                if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                    raise Fatal(f"{folder}: the disk is full; make room and run it again") from None
                raise Transient(
                    f"the download of {artefact.filename} failed ({type(error).__name__}); run it again"
                ) from error
            if not artefact.is_whole(path):
                path.unlink()
                raise Transient(f"{artefact.filename} came broken or changed and was thrown away; run it again")
            path.chmod(0o644)
            path.replace(folder / artefact.filename)


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside what is finished in `folder`, held by one process at a time.

    Raises UsageError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}: choose another cache folder with HEARKEN_CACHE") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        partial = folder / ".partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _artefact(coordinates: str, size: int, sha256: str) -> Artefact:
    group, name, version, packaging = coordinates.split(":")
    return Artefact(group, name, version, packaging, size, sha256)


def _maven() -> Download:
    """Return a download from the public Maven repository, whose address jgo knows."""
    try:
        from jgo.maven import MavenContext, PythonResolver
    except ImportError:
        raise UsageError("hearken stack needs more packages: pip install 'hearken[stack]'") from None
    logging.getLogger("jgo").addHandler(logging.NullHandler())  # what it would say, our own check says in one line

    def download(artefact: Artefact, folder: Path, progress: Progress) -> Path:
        @contextmanager
        def watched(_name: str, _size: int) -> Iterator[Progress]:
            yield progress

        opened: Callable[[str, int], AbstractContextManager[Progress]] = watched
        context = MavenContext(PythonResolver(progress_callback=opened), repo_cache=folder, timeout=60)
        project = context.project(artefact.group, artefact.name)
        return project.at_version(artefact.version).artifact(packaging=artefact.packaging).resolve()

    return download
