import errno
import hashlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.stack.artefacts import Artefact, Progress, fetch, missing, pinned
from schemas.errors import Fatal, Transient, UsageError

JAR = Artefact("org.example", "ear", "1.0", "jar", 5, hashlib.sha256(b"heard").hexdigest())


class Repository:
    """Gives what it is told to, and notes what it was asked for."""

    def __init__(self, content: bytes = b"heard", error: Exception | None = None) -> None:
        self.content, self.error, self.asked = content, error, 0

    def __call__(self, artefact: Artefact, folder: Path, progress: Progress) -> Path:
        self.asked += 1
        path = folder / artefact.filename
        path.write_bytes(self.content)
        if self.error:
            raise self.error
        progress(len(self.content))
        return path


def test_every_pinned_file_is_named_once_with_a_whole_digest() -> None:
    kafka = pinned("kafka", "4.1.1")
    assert len({jar.filename for jar in kafka}) == len(kafka) == 46
    archives = [archive for version in ("8.19.3", "9.5.3") for archive in pinned("elasticsearch", version)]
    assert [archive.packaging for archive in archives] == ["zip", "zip"]
    assert all(re.fullmatch("[0-9a-f]{64}", artefact.sha256) and artefact.size > 0 for artefact in kafka + archives)


def test_kafka_parts_all_have_one_version() -> None:
    assert {jar.version for jar in pinned("kafka", "4.1.1") if jar.group == "org.apache.kafka"} == {"4.1.1"}


def test_a_version_that_is_not_pinned_names_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"elasticsearch 7\.0 is not known here; there are: 8\.19\.3, 9\.5\.3"):
        pinned("elasticsearch", "7.0")


def test_a_file_is_fetched_once_and_its_progress_told(tmp_path: Path) -> None:
    repository, told = Repository(), list[int]()
    assert missing([JAR], tmp_path) == [JAR]
    fetch([JAR], tmp_path, told.append, repository)
    fetch([JAR], tmp_path, told.append, repository)
    assert (tmp_path / "ear-1.0.jar").read_bytes() == b"heard"
    assert missing([JAR], tmp_path) == []
    assert (repository.asked, told) == (1, [5])


@pytest.mark.parametrize("content", [b"", b"hear", b"HEARD", b"heard it all"])
def test_a_broken_or_changed_download_is_refused_and_can_be_repeated(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Transient, match=r"^ear-1\.0\.jar came broken or changed and was thrown away; run it again$"):
        fetch([JAR], tmp_path, lambda _: None, Repository(content))
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    fetch([JAR], tmp_path, lambda _: None, Repository())
    assert missing([JAR], tmp_path) == []


def test_a_file_that_changed_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "ear-1.0.jar").write_bytes(b"HEARD")
    fetch([JAR], tmp_path, lambda _: None, Repository())
    assert (tmp_path / "ear-1.0.jar").read_bytes() == b"heard"


@pytest.mark.parametrize(
    ("error", "kind", "line"),
    [
        (
            ConnectionError("far away"),
            Transient,
            r"the download of ear-1\.0\.jar failed \(ConnectionError\); run it again",
        ),
        (RuntimeError("not found"), Transient, r"the download of ear-1\.0\.jar failed \(RuntimeError\); run it again"),
        (OSError(errno.ENOSPC, "full"), Fatal, r"the disk is full; make room and run it again"),
    ],
)
def test_a_download_that_breaks_off_is_one_line_and_leaves_nothing(
    tmp_path: Path, error: Exception, kind: type[Exception], line: str
) -> None:
    with pytest.raises(kind, match=line):
        fetch([JAR], tmp_path, lambda _: None, Repository(b"hea", error))
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_what_a_killed_download_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".partial").mkdir()
    (tmp_path / ".partial" / "ear-1.0.jar").write_bytes(b"hea")
    fetch([JAR], tmp_path, lambda _: None, Repository())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "ear-1.0.jar"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(UsageError, match=r"cache: .*: choose another cache folder with HEARKEN_CACHE"):
        fetch([JAR], tmp_path / "cache", lambda _: None, Repository())


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'hearken[stack]'")):
        fetch([JAR], tmp_path, lambda _: None)


def test_the_repository_is_asked_for_the_file_by_its_coordinates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jgo.maven import Artifact, PythonResolver

    def arrive(resolver: PythonResolver, artifact: Artifact) -> Path:
        path = artifact.cached_path
        assert path is not None
        path.parent.mkdir(parents=True)
        watched: Callable[..., object] | None = resolver.progress_callback
        assert watched is not None
        assert (artifact.groupId, artifact.filename) == ("org.example", "ear-1.0.jar")
        path.write_bytes(b"heard")
        return path

    monkeypatch.setattr(PythonResolver, "download", arrive)
    fetch([JAR], tmp_path, lambda _: None)
    assert missing([JAR], tmp_path) == []
