"""Whether the machine has room for the services: memory and disk, looked at before anything is started."""

import shutil
from pathlib import Path

import psutil

from schemas.errors import UsageError

MB = 1 << 20


def require_memory(needed_mb: int) -> None:
    """Raise UsageError when less memory is available than the services take."""
    free_mb = psutil.virtual_memory().available // MB
    if free_mb < needed_mb:
        raise UsageError(
            f"too little memory: the services take {needed_mb:,} MB, {free_mb:,} MB are free:"
            " choose a smaller --heap or --kafka-heap, or end other programs"
        )


def require_disk(folder: Path, needed_mb: int) -> None:
    """Raise UsageError when the disk under `folder`, which need not exist yet, has less room than asked for."""
    present = next(path for path in (folder, *folder.parents) if path.exists())
    free_mb = shutil.disk_usage(present).free // MB
    if free_mb < needed_mb:
        raise UsageError(f"too little room on the disk under {folder}: {needed_mb:,} MB needed, {free_mb:,} MB free")
