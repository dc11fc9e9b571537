import pytest

from ingest.bech32 import named_posts, post_named

# The examples of NIP-19, and one of ours.
NOTE = "note1fntxtkcy9pjwucqwa9mddn7v03wwwsu9j330jj350nvhpky2tuaspk6nqc"
NOTE_ID = "4cd665db042864ee600ee976d6cfcc7c5ce743859462f94a347cd970d88a5f3b"
PROFILE = (
    "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuump"
    "wf6xjmcqu6h4k"
)

EVENT = "nevent1qyx8wumn8ghj7cfww3jhxaqqyrwamhwamhwamhwamhwamhwamhwamhwamhwamhwamhwamhwamhwa69pp8a0"
ADDRESS = "naddr1qqphgetpqgs242424242424242424242424242424242424242424242424242srqsqqqa28zpddxd"


def test_a_note_is_found_in_a_text() -> None:
    assert named_posts(f"see nostr:{NOTE}, and {NOTE}.") == [NOTE_ID, NOTE_ID]


def test_events_and_addresses_hold_lists_of_values() -> None:
    assert post_named(EVENT) == "dd" * 32
    assert post_named(ADDRESS) == f"30023:{'aa' * 32}:tea"


@pytest.mark.parametrize(
    "word", [PROFILE, NOTE[:-1] + "p", "note1qqqqqqqqqqqqqqqqqqqqqqqqqqq", "note1", "", "nevent1b"]
)
def test_what_is_damaged_or_no_post_names_none(word: str) -> None:
    assert post_named(word) is None
    assert named_posts(word) == []
