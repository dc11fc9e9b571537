"""Reading command lines without running them: what is wrong is seen, down to the value of an option."""

import pytest

from tests.support.arguments import parse


@pytest.mark.parametrize("line", ["enrich --only text -c x.toml", "stack up --heap 1g", "sink", "topics --check"])
def test_a_command_line_of_ours_parses(line: str) -> None:
    parse(line.split())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("enrich --only words", "words"),
        ("sink --speed 2", "--speed"),
        ("sink twice", "twice"),
        ("listen", "listen"),
        ("stack sideways", "sideways"),
    ],
)
def test_a_wrong_one_does_not(line: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        parse(line.split())
