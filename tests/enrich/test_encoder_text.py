import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from enrich.encoder_text import CAPITALS, LETTER, LOWER, MIXED, PLAIN, TITLE, Reader, shape

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "shop", "##ping", "in", "acme", "##s", "!", "@", "user", "http", "😍"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    vocabulary = {piece: number for number, piece in enumerate(PIECES)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return Reader(tokenizer.to_str())


def test_pieces_shapes_and_offsets(reader: Reader) -> None:
    text = "Shopping in ACME 😍!"
    [window] = reader.windows(text)
    assert [PIECES[piece] for piece in window.pieces] == ["[CLS]", "shop", "##ping", "in", "acme", "😍", "!", "[SEP]"]
    assert window.shapes == [PLAIN, TITLE, TITLE, LOWER, CAPITALS, PLAIN, PLAIN, PLAIN]
    assert [text[start:end] for start, end in window.words] == ["Shopping", "in", "ACME", "😍", "!"]
    assert window.firsts == [1, 3, 4, 5, 6]


def test_offsets_are_code_points_behind_what_is_not_read(reader: Reader) -> None:
    text = "😍\u200b e\u0301 Acme"
    [window] = reader.windows(text)
    start, end = window.words[-1]
    assert text[start:end] == "Acme"


@pytest.mark.parametrize("masked", ["https://shop.example/in?a=in", "www.shop.example", "@acme_shop"])
def test_what_is_masked_has_no_words(reader: Reader, masked: str) -> None:
    text = f"in {masked} acme"
    [window] = reader.windows(text)
    assert [text[start:end] for start, end in window.words] == ["in", "acme"]


def test_a_long_text_is_cut_between_words(reader: Reader) -> None:
    text = " ".join(["shopping"] * 50)
    windows = list(reader.windows(text, longest=10))
    assert all(len(window.pieces) <= 10 for window in windows)
    assert [word for window in windows for word in window.words] == [(at * 9, at * 9 + 8) for at in range(50)]


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u200e", "\x00"])
def test_nothing_to_read_has_no_window(reader: Reader, text: str) -> None:
    assert list(reader.windows(text)) == []


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_has_words_within_it(reader: Reader, text: str) -> None:
    behind = 0
    for window in reader.windows(text + "\ud83d"):
        assert len(window.pieces) == len(window.shapes)
        for start, end in window.words:
            assert behind <= start <= end <= len(text) + 1
            behind = start


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("acme", LOWER),
        ("Acme", TITLE),
        ("ACME", CAPITALS),
        ("A", LETTER),
        ("iPhone", MIXED),
        ("2026", PLAIN),
        ("好", PLAIN),
    ],
)
def test_shapes(word: str, kind: int) -> None:
    assert shape(word) == kind
