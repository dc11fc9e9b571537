"""What was published last: bounded, and the same after it was saved and loaded."""

from random import Random

from ingest.publications import Origin, Publications
from schemas.mention import BrandMatch

ACME = [BrandMatch(id="acme", query_version="1")]


def saved(publications: Publications, pages: dict[int, bytes]) -> dict[int, bytes]:
    for change in publications.turn_page():
        if change.value is None:
            del pages[change.page]
        else:
            pages[change.page] = change.value
    return pages


def known(publications: Publications, names: int) -> dict[str, tuple[str, list[BrandMatch]]]:
    found = {str(name): publications.find(str(name)) for name in range(names)}
    return {name: (one.digest, one.brands) for name, one in found.items() if one is not None}


def test_it_knows_how_a_mention_was_published_last() -> None:
    publications = Publications()
    publications.add("a", "1", ACME)
    publications.add("a", "2", [])
    found = publications.find("a")
    assert found is not None
    assert (found.digest, found.brands) == ("2", [])
    assert publications.find("b") is None


def test_nothing_new_is_no_page() -> None:
    publications = Publications()
    assert publications.turn_page() == []


def test_the_oldest_are_forgotten_and_their_pages_taken_back() -> None:
    publications, pages = Publications(limit=10), dict[int, bytes]()
    for name in range(30):
        publications.add(str(name), "d", ACME)
        publications.add("0", str(name), ACME)  # published again and again, so it never grows old
        saved(publications, pages)
        assert len(publications) <= 10
    assert set(known(publications, 30)) == {"0", *map(str, range(21, 30))}
    assert set(pages) == set(range(publications.first, publications.next))


def test_what_is_loaded_is_what_was_saved() -> None:
    rng = Random(4)
    publications, pages = Publications(limit=40), dict[int, bytes]()
    for batch in range(60):
        for _ in range(rng.randrange(12)):
            publications.add(str(rng.randrange(200)), str(batch), rng.choice([ACME, []]))
        saved(publications, pages)
        again = Publications(limit=40)
        again.load(publications.first, publications.next, pages)
        assert known(again, 200) == known(publications, 200)
        assert (again.first, again.next) == (publications.first, publications.next)
        publications = rng.choice([publications, again])


def test_a_page_whose_position_was_never_saved_is_passed_over() -> None:
    publications, pages = Publications(), dict[int, bytes]()
    publications.add("1", "d", ACME)
    saved(publications, pages)
    first, until = publications.first, publications.next
    publications.add("2", "d", ACME)
    saved(publications, pages)
    again = Publications()
    again.load(first, until, pages)
    assert set(known(again, 5)) == {"1"}


def test_whose_a_mention_is_survives_saving_and_is_forgotten_with_it() -> None:
    publications, pages = Publications(limit=10), dict[int, bytes]()
    for name in range(30):
        publications.add(str(name), "d", ACME, Origin("test", f"a{name % 3}", f"n{name}", name) if name % 2 else None)
        saved(publications, pages)
    again = Publications(limit=10)
    again.load(publications.first, publications.next, pages)
    for one in (publications, again):
        assert one.written_by("test", "a0") == ["21", "27"]
        assert one.written_by("other", "a0") == one.written_by("test", "b") == []
        found = one.find("27")
        assert found is not None
        assert found.origin == Origin("test", "a0", "n27", 27)
    again.add("27", "e", [])
    assert again.written_by("test", "a0") == ["21"]
