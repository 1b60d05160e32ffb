"""``osamari list``: the lists that officers work with, into the restricted zone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import ConfigurationError
from orchestration.access.gate import restricted
from orchestration.exit_codes import DONE, REFUSED
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from datetime import date

    from ingestion.home import Home
    from marts.lists.choice import Asked
    from marts.lists.declaration import ListDeclaration
    from marts.lists.write import WrittenList
    from orchestration.access.gate import Access

FORMATS = ("csv", "xlsx")


class ListCommand(click.Command):
    """A command whose help ends with the names of all lists."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names, titles and purposes."""
        super().format_epilog(ctx, formatter)
        formatter.write("\n" + "\n".join(names_of_lists()) + "\n")


def names_of_lists() -> list[str]:
    """One line per list, with its title and what it is for."""
    from marts.lists.declaration import load_declarations  # noqa: PLC0415  (commands load only what they need)

    declared = load_declarations().values()
    width = max(len(declaration.name) for declaration in declared)
    return [f"{d.name:<{width}}  {d.title}: {d.purpose}" for d in declared]


def _declared(name: str) -> ListDeclaration:
    from marts.lists.declaration import load_declarations  # noqa: PLC0415

    declared = load_declarations()
    if name not in declared:
        raise ConfigurationError(f"There is no list {name}.", f"There are: {', '.join(declared)}.")
    return declared[name]


def _day(_context: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    return parse_day(text) if text else None


@click.command("list", cls=ListCommand)
@click.argument("name", required=False)
@click.option("--as-of", callback=_day, help="The day of the marts, YYYY-MM-DD; refused when they stand as of another.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), help="csv unless --out ends in .xlsx.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; else one in lists/ of the home."
)
@click.option("--from", "from_date", callback=_day, help="First day, for lists of a period.")
@click.option("--to", "to_date", callback=_day, help="Last day, for lists of a period.")
@click.option("--at-least", type=click.IntRange(0), help="Least yen, for large_debtors.")
@click.option("--months", type=click.IntRange(0, 1200), help="How far ahead, for what ends or expires.")
@click.option("--debtor", help="Key of the debtor (宛名の鍵), for debtor_statement.")
@click.option("--show-protected", is_flag=True, help="Also names and addresses under protection (支援措置).")
@click.pass_context
@restricted("list", open_without="name", stricter={"show_protected": "list --show-protected"})
def list_(  # noqa: PLR0913, PLR0917  (the options of the command)
    access: Access | None,
    context: click.Context,
    name: str | None,
    as_of: date | None,
    file_format: str | None,
    out: Path | None,
    from_date: date | None,
    to_date: date | None,
    at_least: int | None,
    months: int | None,
    debtor: str | None,
    *,
    show_protected: bool,
) -> None:
    """Write an officers' list as of the last refresh, with names and addresses. Without NAME: which lists there are.

    The last line compares the list with its mart; exit code 1 when they differ. The file is for its owner only, as
    it holds personal data; it is numbered in the register of copies. Names and addresses under protection are not
    shown without --show-protected, which takes a purpose of its own.
    Example: osamari list large_debtors --at-least 500000 --format xlsx --purpose collection
    """
    if name is None or access is None:
        click.echo("\n".join(names_of_lists()))
        return
    from marts.lists.choice import Asked  # noqa: PLC0415

    asked = Asked(from_date, to_date, at_least, months, debtor, show_protected)
    written = _written(access.home, name, asked, as_of, (file_format, out))
    access.rows(written.row_count)
    access.export(written.path, "list", is_own_name=out is None)
    if written.unknown_protected_count:
        unknown = f"protected.csv: {written.unknown_protected_count:,} entries are nobody in the marts."
        click.echo(f"{unknown} Check their addressee_code: a mistyped code protects nobody.", err=True)
    click.echo(f"{_declared(name).title}  {written.row_count:,} 件  {written.path}")
    click.echo(written.last_line)
    context.exit(DONE if written.is_equal else REFUSED)


def _refuse_what_did_not_pass(home: Home, declaration: ListDeclaration) -> None:
    """A list stands behind the gates of what it is made from; without marts, ``write_list`` says what to do."""
    from marts.lists.write import day_of_marts  # noqa: PLC0415
    from orchestration.dependence import refuse_behind_a_closed_gate  # noqa: PLC0415

    refuse_behind_a_closed_gate(home, declaration.view, day_of_marts(home))


def _written(
    home: Home, name: str, asked: Asked, as_of: date | None, target: tuple[str | None, Path | None]
) -> WrittenList:
    """Write the list; ``target`` is format and file."""
    from marts.lists.write import write_list  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    declaration = _declared(name)
    file_format, out = target
    file_format = file_format or ("xlsx" if out and out.suffix == ".xlsx" else "csv")
    with run_lock.hold(home):
        _refuse_what_did_not_pass(home, declaration)
        return write_list(home, declaration, asked, as_of, (file_format, out and out.absolute()))
