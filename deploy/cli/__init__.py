"""The command line: `hearken`. Data goes to stdout, words to stderr; exit 0 done, 1 failed, 2 wrong usage."""

import io
import os
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; an expected error is one line on stderr, never a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    _ready_streams()
    try:
        return _run([word for word in arguments if word != "--debug"], debug)
    except KeyboardInterrupt:  # before the command has begun
        return _fail("interrupted", 130, debug)


def _run(arguments: list[str], debug: bool) -> int:
    # What takes its time to import is imported here, so that Ctrl-C and a fault meanwhile are reported like any other.
    import typer
    from typer.exceptions import TyperException

    from deploy.ownership import check_ownership
    from schemas.errors import HearkenError, UsageError

    try:
        from deploy.cli.app import app

        check_ownership()
        status = app(args=arguments, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except typer.Abort:
        return _fail("interrupted", 130, debug)
    except TyperException as error:
        said = " ".join(error.format_message().replace("Value error, ", "").split())
        return _fail(said, error.exit_code, debug) if said else error.exit_code  # empty when the help was shown instead
    except UsageError as error:
        return _fail(str(error), 2, debug)
    except HearkenError as error:
        return _fail(str(error), 1, debug)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to say
        return 1
    except OSError as error:  # a full disk, say
        return _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), 1, debug)
    except Exception as error:  # a fault of ours: still one line, the rest with --debug
        return _fail(f"unexpected {type(error).__name__}: {error}; run again with --debug for the traceback", 1, debug)


def _fail(message: str, status: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    print(f"hearken: {message}", file=sys.stderr)
    return status


def _ready_streams() -> None:
    """Data are UTF-8 wherever they go; a terminal of another encoding shows a question mark for what it lacks.

    A stream that whoever started us has closed leads to nobody: its number must not become that of a store.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process lives
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def run() -> None:
    """Run the command of this process, and end with its status, as the installed command does."""
    sys.exit(main())
