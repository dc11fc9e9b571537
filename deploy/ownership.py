"""A guard at the start: our five packages have plain names, and another distribution may have installed over them.

pip installs a second owner of `schemas/` without a word, and uninstalling that one deletes our files.
"""

from collections.abc import Iterable
from importlib.metadata import Distribution, distributions

from schemas.errors import UsageError

OURS = "hearken"
PACKAGES = ("deploy", "enrich", "ingest", "schemas", "sinks")


def check_ownership(installed: Iterable[Distribution] | None = None) -> None:
    """Raise UsageError, one line that names the intruder, when one of our packages belongs to somebody else too.

    `installed` is what to look through, by default every distribution that Python finds. The lists of files are
    searched as text; to parse them all, as `importlib.metadata.packages_distributions` does, takes ten times as long.
    """
    for distribution in distributions() if installed is None else installed:
        files = "\n" + (distribution.read_text("RECORD") or "")
        for package in PACKAGES:
            if f"\n{package}/" in files and distribution.name != OURS:
                raise UsageError(
                    f"the package {distribution.name!r} has put files into {package!r}, which belongs to {OURS}:"
                    f" uninstall it and install {OURS} again, in an environment of its own"
                )
