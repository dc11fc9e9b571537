"""A foreign distribution that installs over one of our packages is named; our own is not."""

from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from deploy.ownership import PACKAGES, check_ownership
from schemas.errors import UsageError


def distribution(folder: Path, name: str, *files: str) -> Distribution:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    return PathDistribution(info)


@pytest.mark.parametrize("package", PACKAGES)
def test_an_intruder_is_named(tmp_path: Path, package: str) -> None:
    ours = distribution(tmp_path, "hearken", *(f"{name}/__init__.py" for name in PACKAGES))
    intruder = distribution(tmp_path, "intruder", "other/__init__.py", f"{package}/__init__.py")
    check_ownership([ours])
    with pytest.raises(UsageError, match=f"'intruder' has put files into '{package}'"):
        check_ownership([ours, intruder])


def test_a_package_that_only_contains_the_name_is_no_intruder(tmp_path: Path) -> None:
    check_ownership([distribution(tmp_path, "other", "other/schemas/__init__.py", "myschemas/__init__.py")])


def test_this_environment_is_ours() -> None:
    check_ownership()
