import re
from pathlib import Path

import pytest

from deploy.stack.account import Account
from deploy.stack.java import Java, find_java, read, within_reach
from schemas.errors import UsageError


def runtime(folder: Path, release: str, modules: str = "java.base") -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch()
    (folder / "release").write_text(f'JAVA_VERSION="{release}"\nMODULES="{modules}"\nSOURCE=\n', "utf-8")
    return folder


def test_a_runtime_is_known_by_its_release_file(tmp_path: Path) -> None:
    java = read(runtime(tmp_path / "jdk", "21.0.8", "java.base jdk.jdi"))
    assert java == Java(tmp_path / "jdk", "21.0.8", frozenset({"java.base", "jdk.jdi"}))
    assert java.version == 21
    assert java.command == tmp_path / "jdk" / "bin" / "java"


@pytest.mark.parametrize("release", ["", "unknown"])
def test_what_is_no_runtime_is_passed_over(tmp_path: Path, release: str) -> None:
    assert read(tmp_path / "nowhere") is None
    assert read(runtime(tmp_path / "jdk", release)) is None


def test_the_first_that_will_do_is_taken(tmp_path: Path) -> None:
    old = runtime(tmp_path / "17", "17.0.1")
    small = runtime(tmp_path / "21", "21.0.8")
    full = runtime(tmp_path / "25", "25", "java.base jdk.jdi")
    assert find_java(homes=[old, small, full]).home == small
    assert find_java(["jdk.jdi"], [old, small, full]).home == full


def test_without_one_it_says_what_it_found_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    old, small = runtime(tmp_path / "17", "17.0.1"), runtime(tmp_path / "21", "21.0.8")
    found = re.escape(f"found: {old} (Java 17), {small} (Java 21 without jdk.jdi)")
    with pytest.raises(UsageError, match=rf"a full JDK 21 or later is needed: set JAVA_HOME to one; {found}$"):
        find_java(["jdk.jdi"], [old, small])
    with pytest.raises(UsageError, match=r"Java 21 or later is needed: pip install 'hearken\[stack\]'.*; found: none$"):
        find_java(homes=[])


def test_java_home_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(runtime(tmp_path / "mine", "99", "java.base only.mine")))
    assert find_java(["only.mine"]).home == tmp_path / "mine"


def test_a_runtime_out_of_reach_is_copied_into_the_cache(tmp_path: Path) -> None:
    java = read(runtime(tmp_path / "closed" / "jdk", "21.0.8"))
    assert java is not None
    (tmp_path / "closed").chmod(0o700)
    stranger = Account("stranger", 54_321, 54_321)
    assert within_reach(java, None, tmp_path / "cache") is java
    copy = within_reach(java, stranger, tmp_path / "cache")
    assert copy.home == tmp_path / "cache" / "java-21.0.8"
    assert read(copy.home) == copy
    assert within_reach(java, stranger, tmp_path / "cache") == copy
