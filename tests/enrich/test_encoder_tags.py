import numpy as np

from enrich.encoder_tags import LABELS, OUTSIDE, TAGS, begin, best, names

PERSON, PLACE = begin("person"), begin("place")
WORDS = [(0, 3), (4, 9), (10, 12), (13, 20)]


def test_a_name_goes_on_while_its_label_does() -> None:
    assert names([PERSON, PERSON + 1, OUTSIDE, PLACE], WORDS) == [(0, 9, "person"), (13, 20, "place")]


def test_two_names_beside_each_other() -> None:
    assert names([PERSON, PERSON, PLACE + 1, PLACE + 1], WORDS) == [
        (0, 3, "person"),
        (4, 9, "person"),
        (10, 20, "place"),
    ]


def test_a_name_does_not_go_on_behind_a_gap() -> None:
    assert names([PLACE, OUTSIDE, PLACE + 1, OUTSIDE], WORDS) == [(0, 3, "place"), (10, 12, "place")]


def test_every_label_has_two_tags() -> None:
    assert len(TAGS) == 1 + 2 * len(LABELS)
    for label in LABELS:
        assert TAGS[begin(label)] == f"begin {label}"
        assert TAGS[begin(label) + 1] == f"inside {label}"


def test_the_shift_of_no_name() -> None:
    logits = np.zeros((1, len(TAGS)), dtype=np.float32)
    logits[0, OUTSIDE], logits[0, PLACE] = 1.0, 0.5
    assert best(logits, 0.0) == [OUTSIDE]
    assert best(logits, -0.75) == [PLACE]
    assert best(logits[:0], 0.0) == []
