"""The command ``kg``: it parses, calls one function of the Python API, prints, and returns a code.

Each command is imported only when it is asked for, so that an answer waits for no other command.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from errno import EBADF
from importlib import import_module
from typing import TYPE_CHECKING

import click

from kg.cli.streams import INTERRUPTED, open_closed, watch_interrupts
from kg.errors import KgError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "kg", "main"]

#: Every command, in the order of the help text, with the module that holds it.
COMMANDS = {
    "query": "query",
    "run": "query",
    "queries": "query",
    "show": "show",
    "explain": "explain",
    "stats": "show",
    "viewpoints": "show",
    "validate": "check",
    "check": "check",
    "fmt": "check",
    "export": "export",
    "infer": "export",
    "plot": "plot",
    "diff": "export",
    "link": "link",
    "import": "imports",
    "init": "edit",
    "add": "edit",
    "remove": "edit",
    "serve": "serve",
}

#: What a shell reports for a program that wrote into a closed pipe: 128 + SIGPIPE.
_CLOSED_PIPE = 141


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command named, or return None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"kg.cli.{COMMANDS[cmd_name]}")
        # A word of Python cannot be the name of a function.
        name = "imports" if cmd_name == "import" else cmd_name
        command: click.Command = getattr(module, name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is answered with the close matches."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            matches = get_close_matches(args[0], COMMANDS, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(matches)}?" if matches else "Try: kg --help"
            ctx.fail(f"No such command '{args[0]}'. {hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(package_name="relations-kg", prog_name="kg")
def kg() -> None:
    """Ask a knowledge graph of the relations between two states.

    \b
    kg run tension-raising-events --param since=2023
    kg explain kg:drone-shootdown-2025 a rel:TensionRaisingEvent
    kg query 'SELECT ?mission WHERE { ?mission a rel:DiplomaticMission }'

    Exit code: 0 yes; 1 no (it does not conform, ASK is false, a check fails);
    2 misuse or failure, with one line that says what to do.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; a user's mistake shows one line.

    Args:
        args: the words after ``kg``; those of the process unless given.
    """
    open_closed()
    for stream in (sys.stdout, sys.stderr):
        # The text of the graph is UTF-8 whatever the locale is.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    if instruction := os.environ.get("_KG_COMPLETE"):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(kg, {}, "kg", "_KG_COMPLETE", instruction))
    if args is not None:
        sys.exit(_run(list(args)))
    watch_interrupts()
    # What is read stays: looking through all of it for circles, again and again, finds nothing.
    gc.set_threshold(100_000, 20, 20)
    code = _run(sys.argv[1:])
    with suppress(OSError):
        sys.stderr.flush()
    # All is written. Taking the store apart would make the answer a tenth later, to no use: it is
    # read only, and the system lets go of the lock.
    os._exit(code)


def _run(args: list[str]) -> int:  # noqa: PLR0911 - one for each way to end
    try:
        # click's own main would answer a closed pipe and an interrupt in its way.
        with kg.make_context("kg", args) as context:
            kg.invoke(context)
            sys.stdout.flush()
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except KgError as error:
        return _fail(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        return _lost(error)
    except Exception as error:
        if os.environ.get("KG_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        return _fail(f"this is a fault of kg: {what} (KG_DEBUG=1 shows where)", 2)
    return 0


def _lost(error: OSError) -> int:
    """Tell why a file, or standard output, could not be used; a closed pipe is no mistake."""
    if error.filename is not None:
        return _fail(f"{error.filename}: {error.strerror or error}", 2)
    # Python would write what is left once more on its way out, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return _CLOSED_PIPE
    if error.errno == EBADF:
        return _fail("standard output is closed: there is nowhere to write the answer to", 2)
    return _fail(f"standard output: {error.strerror or error}", 2)


def _fail(message: str, code: int) -> int:
    # One line, whatever a parser put into its message.
    with suppress(OSError):
        print("kg: " + " ".join(message.split()), file=sys.stderr, flush=True)
    return code
