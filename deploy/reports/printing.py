"""A page as PDF, printed by the Chromium of this machine: it lays out every script, and needs no library of ours."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.errors import Fatal, UsageError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PATIENCE_S = 180
_OPTIONS = (
    "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


def require_printer() -> str:
    """Return the path of a Chromium. Raises UsageError, which says what to install."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError(
            "a PDF is printed by Chromium, and there is none on the PATH: install it (Debian: apt install chromium"
            " fonts-noto-cjk), or write the report as .html"
        )
    return found


def print_pdf(html: str) -> bytes:
    """Return a page as PDF; no name of a host is looked up for it, and scripts the page itself has to forbid. Blocks
    for some seconds.

    Raises UsageError where there is no Chromium, Fatal where it does not print.
    """
    chromium = require_printer()
    # As root, as in a container, its sandbox does not start; what it is given is our own page without scripts.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="hearken-report-", ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(html, encoding="utf-8")
        places = [f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", page.as_uri()]
        try:
            ended = subprocess.run(  # noqa: S603 - a browser from the PATH, on our own file
                [chromium, *_OPTIONS, *sandbox, *places], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=_PATIENCE_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Fatal(f"{chromium} did not print the report: {type(error).__name__}; write it as .html") from None
        if ended.returncode or not printed.is_file():
            raise Fatal(f"{chromium} did not print the report: it ended with {ended.returncode}; write it as .html")
        return printed.read_bytes()
