"""``osamari evidence``: each duty of the city's assessment, how it is met and what shows it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from ingestion.home import Home
from orchestration.exit_codes import DONE, REFUSED

RESULTS = Path("var/tests/results.xml")


@click.command()
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Test results as `pytest --junitxml` writes them; else {RESULTS}, which `make test` writes.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder; else reports/ of the home.")
@click.pass_context
def evidence(context: click.Context, results: Path | None, out: Path | None) -> None:
    r"""Write evidence.md and evidence.html: every duty, how it is met, its tests, counts of its logs. In Japanese.

    A duty is met when every test that shows it was run and passed and none of its logs is broken. Without test
    results all duties stand as not yet confirmed. No value of a person is written.

    \b
    Example:
      make test && osamari evidence
    Exit codes: 0 every duty is met, 1 one is not, 2 wrong use.
    """
    from orchestration.duties.declaration import load_duties  # noqa: PLC0415  (commands load only what they need)
    from orchestration.duties.evidence import gathered  # noqa: PLC0415
    from orchestration.duties.render import rendered  # noqa: PLC0415
    from orchestration.duties.test_results import NO_RESULTS, read_test_results  # noqa: PLC0415

    home = Home.from_environment()
    tested = read_test_results(results or RESULTS) if results or RESULTS.exists() else NO_RESULTS
    found = gathered(home, load_duties(), tested)
    folder = out or home.reports
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    for name, text in rendered(found, moment, tested.began).items():
        (folder / name).write_text(text, encoding="utf-8")
    for one in found:
        click.echo(f"{one.verdict}  {one.duty.duty}")
    click.echo(f"{folder / 'evidence.html'}")
    context.exit(DONE if all(one.is_met for one in found) else REFUSED)
