"""A progress bar on stderr, drawn only where somebody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int | None, int], None]
"""To be called now and then with the bytes read so far, the bytes in all (None if not known) and the records read."""


@contextmanager
def byte_progress(label: str) -> Iterator[Progress | None]:
    """Draw a bar while the block runs, and give the function that moves it; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from deploy.cli.output import console

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[records]:,} records"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, records=0)

        def move(read: int, size: int | None, records: int) -> None:
            bar.update(task, completed=read, total=size, records=records)

        yield move
