"""The command line: `hearken`. Data goes to stdout, words to stderr; exit 0 done, 1 failed, 2 wrong usage."""

import sys
import traceback

import typer
from typer.exceptions import TyperException

from deploy.ownership import check_ownership
from schemas.errors import HearkenError, UsageError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; an expected error is one line on stderr, never a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    try:
        from deploy.cli.app import app  # here, so that an import error is reported like any other

        check_ownership()
        status = app(args=[word for word in arguments if word != "--debug"], standalone_mode=False)
        return status if isinstance(status, int) else 0
    except typer.Abort:
        return _fail("interrupted", 130, debug)
    except TyperException as error:
        said = error.format_message()  # empty when the help was shown instead
        return _fail(said, error.exit_code, debug) if said else error.exit_code
    except UsageError as error:
        return _fail(str(error), 2, debug)
    except HearkenError as error:
        return _fail(str(error), 1, debug)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to say
        return 1
    except Exception as error:  # a fault of ours: still one line, the rest with --debug
        return _fail(f"unexpected {type(error).__name__}: {error}; run again with --debug for the traceback", 1, debug)


def _fail(message: str, status: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    typer.echo(f"hearken: {message}", err=True)
    return status


def run() -> None:
    """Entry point of the installed command."""
    sys.exit(main())
