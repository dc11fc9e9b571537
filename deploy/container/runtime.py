"""What of the lock file runs: hearken's packages and theirs, without the tools that develop it.

`python -m deploy.container.runtime < requirements.lock` prints those entries, with their hashes, for pip. It is run
where everything of the lock file is installed, for what a package needs is read from its own metadata.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

_ROOT = "hearken"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def needed(root: str = _ROOT) -> set[str]:
    """Return the normal names of the packages that a distribution needs, extras left out, and that are installed.

    Raises PackageNotFoundError when the distribution itself is not installed.
    """
    found: set[str] = set()
    waiting = list(_required(root))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            waiting.extend(_required(name))
        except PackageNotFoundError:
            continue  # for another system than this one
        found.add(name)
    return found


def entries(lock: str) -> Iterator[tuple[str, str]]:
    """Yield the normal name and the text of each entry of a lock file."""
    for entry in re.findall(r"^\S.*(?:\n[ \t]+.*)*", lock, re.MULTILINE):
        if found := _NAME.match(entry):
            yield normal(found[0]), entry


def normal(name: str) -> str:
    """Return the name of a package as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(name: str) -> Iterator[str]:
    for line in requires(name) or ():
        found = _NAME.match(line)
        if found and "extra ==" not in line:
            yield normal(found[0])


if __name__ == "__main__":
    names = needed()
    print("\n".join(entry for name, entry in entries(sys.stdin.read()) if name in names))
