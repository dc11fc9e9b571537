import os
from pathlib import Path

import pytest

from deploy.stack.account import Account, service_account
from schemas.errors import UsageError

STRANGER = Account("stranger", 54_321, 54_321)


def test_a_folder_that_is_closed_to_others_is_a_barrier(tmp_path: Path) -> None:
    inside = tmp_path / "closed" / "inside"
    inside.mkdir(parents=True)
    for folder in (inside, *inside.parents[:1]):
        folder.chmod(0o755)
    before = STRANGER.barrier(inside)
    assert before not in (inside, inside.parent)
    inside.parent.chmod(0o750)
    assert STRANGER.barrier(inside / "to" / "come") == (before or inside.parent)
    assert STRANGER.barrier(Path("/")) is None


def test_owner_and_group_have_doors_of_their_own(tmp_path: Path) -> None:
    status = tmp_path.stat()
    tmp_path.chmod(0o700)
    assert Account("owner", status.st_uid, 54_321).barrier(tmp_path) is None
    assert Account("group", 54_321, status.st_gid).barrier(tmp_path) is not None


def test_the_barrier_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(UsageError, match=r"services run as the user 'stranger', who may not enter .* with --dir$"):
        STRANGER.require_way_to(tmp_path / "stack", "--dir")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its rights down")
def test_under_root_the_services_run_as_nobody_and_own_their_files(tmp_path: Path) -> None:
    account = service_account()
    assert account is not None
    assert account.uid != 0
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "log").touch()
    (tmp_path / "link").symlink_to("data")
    account.give(tmp_path)
    assert {path.lstat().st_uid for path in (tmp_path, *tmp_path.rglob("*"))} == {account.uid}


def test_anybody_else_keeps_the_own_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert service_account() is None
