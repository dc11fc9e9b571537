"""Who the services run as: whoever starts them, or, where that is root, the system's user without rights."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UsageError

_NOBODY = 65534  # the number of `nobody` on systems that list no such name


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine that a service's files are given to and its process becomes."""

    name: str
    uid: int
    gid: int

    def give(self, folder: Path) -> None:
        """Make this user the owner of a folder and of everything in it."""
        for parent, folders, files in os.walk(folder):
            for path in (parent, *(os.path.join(parent, name) for name in (*folders, *files))):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def barrier(self, path: Path) -> Path | None:
        """Return the first folder on the way to `path` that this user may not enter; None when the way is free."""
        ways = (folder for folder in (*reversed(path.parents), path) if folder.exists())
        return next((folder for folder in ways if not self._may_enter(folder.stat())), None)

    def require_way_to(self, path: Path, option: str) -> None:
        """Raise UsageError, naming the folder, when this user cannot get to `path`; `option` chooses another one."""
        if barrier := self.barrier(path):
            raise UsageError(
                f"{path}: the services run as the user {self.name!r}, who may not enter {barrier}:"
                f" choose a folder that everybody may enter with {option}"
            )

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        return bool(status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH))


def service_account() -> Account | None:
    """Return the account that the services are to run as, or None for the present user's own.

    Elasticsearch refuses to run as root, and neither needs root's rights.
    """
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(str(_NOBODY), _NOBODY, _NOBODY)
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)
