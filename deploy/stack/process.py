"""Starting programs that outlive us, finding them again, and ending them.

A program is known by what `NAME` is set to in its environment: the folder it works on. So there is no pid file that
could be stale after a reboot or a `kill -9`, and a pid that the system gave to another program is never mistaken.
"""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from deploy.stack.account import Account
from schemas.clock import Clock
from schemas.errors import Fatal, UsageError

NAME = "HEARKEN_SERVICE"
_STEP_S = 0.1
_LOOKS = 3  # a program that is just becoming another one (exec) has no environment for a moment


def launch(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], output: Path, account: Account | None
) -> None:
    """Start a program that works on `folder`, and return at once. It lives on when we end.

    It gets a session of its own, no input, its `output` in a file that is begun anew, and no environment but the one
    given. Raises UsageError when the system does not let us start it.
    """
    # The shell ends at once and leaves the program to init: no zombie stays when it is killed while we live on.
    _run(["/bin/sh", "-c", '"$@" &', "sh", *command], folder, environment, output, account)


def finish(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], output: Path, account: Account | None
) -> bool:
    """Run a program to its end, as `launch` would start it, and return whether it ended well."""
    return _run(command, folder, environment, output, account) == 0


def find(folder: Path) -> list[psutil.Process]:
    """Return the programs that were launched on `folder`, and theirs, as far as we may see them."""
    for _ in range(_LOOKS):
        if found := [process for process in psutil.process_iter() if _works_on(process, str(folder))]:
            return found
    return []


def end(folder: Path, clock: Clock, patience_s: float = 30) -> bool:
    """End the programs that were launched on `folder`; when they do not end in time, kill them.

    Returns whether there was any. Raises UsageError where they belong to somebody else, Fatal where nothing helps.
    """
    if not (found := find(folder)):
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in found:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                pass
            except psutil.AccessDenied:
                raise UsageError(f"process {process.pid} on {folder} is another user's: end it as that user") from None
        for _ in range(round(patience_s / _STEP_S)):
            if not (found := find(folder)):
                return True
            clock.sleep(_STEP_S)
    raise Fatal(f"process {found[0].pid} on {folder} cannot be ended")


def _run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], output: Path, account: Account | None
) -> int:
    with output.open("wb") as log:
        try:
            return subprocess.run(  # noqa: S603 - our own command lines
                [str(word) for word in command],
                cwd=folder,
                env={**environment, NAME: str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o027,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                check=False,
            ).returncode
        except OSError as error:
            raise UsageError(f"{command[0]} cannot be started: {error.strerror}") from None


def _works_on(process: psutil.Process, folder: str) -> bool:
    try:
        return bool(process.environ().get(NAME) == folder)
    except psutil.Error:  # gone meanwhile, a zombie, or somebody else's
        return False
