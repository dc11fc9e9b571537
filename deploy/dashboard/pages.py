"""The dashboard's pages on the API's server: one shell for every path, its scripts, words and charts beside it."""

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

PATHS = (
    "/", "/mentions", "/mention/{key}", "/virality", "/alerts", "/alert/{key}", "/people", "/topics", "/compare",
    "/queries", "/sources",
)  # fmt: skip
"""What the shell shows; each path is one module in `static/pages`."""

_STATIC = Path(__file__).parent / "static"


def mount(app: FastAPI) -> None:
    """Add the pages to an application that serves the API.

    They need no rights of their own: what they show they ask of the API, as whoever has signed in.
    """
    for path in PATHS:
        app.add_api_route(path, _shell, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/assets/chart.js", _charts, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/assets", StaticFiles(directory=_STATIC), name="assets")


def _shell() -> Response:
    return FileResponse(_STATIC / "index.html", headers={"Cache-Control": "no-cache"})


def _charts() -> Response:
    """Return Chart.js, which the package of another tool carries whole."""
    bundle = Path(str(files("chartkick"))) / "django" / "static" / "chartkick" / "Chart.bundle.js"
    return FileResponse(bundle, media_type="text/javascript", headers={"Cache-Control": "public, max-age=86400"})
