"""``perisai boundaries``: takes a file of boundaries, or prints what is wrong with it."""

from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import boundaries


def take(data: bytes, file_name: str, *, source: str, licence: str, edition: str) -> int:
    """0 where the whole file was taken; 1 where nothing was."""
    about = boundaries.About(source, licence, edition)
    try:
        with Work.open(scope=Scope.nation()) as work:
            brought = boundaries.bring(work, data=data, file_name=file_name, about=about)
    except boundaries.WrongFile as wrong:
        for problem in wrong.problems:
            print(problem.texts[1])
        print("Nothing was taken.")
        return 1
    except Refused as refused:
        print(f"{refused.text()['en']} {refused.action()['en']}")
        return 1
    print(
        f"Taken: {brought.districts} kecamatan, {brought.regencies} regencies ({brought.derived} drawn from their kecamatan)."
    )
    return 0
