"""Reading a command line of ours without running it."""

from collections.abc import Sequence

import typer.main
from typer.core import TyperGroup

from deploy.cli.app import app


def parse(arguments: Sequence[str]) -> None:
    """Go through all arguments of a `hearken` command line as a call would. Raises whatever it says against them."""
    command = typer.main.get_command(app)
    rest = list(arguments)
    context = None
    while isinstance(command, TyperGroup):
        context = command.make_context(command.name, rest, parent=context)
        _, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command = found
    command.make_context(command.name, rest, parent=context)
