from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.character_network import FEATURES, CharacterNetwork
from enrich.name_models.network import Network
from enrich.name_models.tagger import FOLDER
from enrich.name_tagger import NameTagger


@cache
def network() -> CharacterNetwork:
    tables = NameTagger.read(FOLDER / "network.zh.npz").tables
    return CharacterNetwork(20, tables["characters"], tables["network"].tobytes())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="北京大学和@#a1 😀\n\ud83d\x00", max_size=12), max_size=4))
def test_each_text_goes_by_itself(texts: list[str]) -> None:
    together = network()(texts)
    assert together.shape == (sum(map(len, texts)), FEATURES)
    alone = [network()([text]) for text in texts]
    assert (np.concatenate([np.zeros((0, FEATURES), np.int32), *alone]) == together).all()


def test_a_long_text_is_read_in_stretches() -> None:
    features = network()(["去北京" * 1_500])
    assert len(features) == 4_500
    assert (features[:1_990] == network()(["去北京" * 1_400])[:1_990]).all()


def test_characters_that_it_does_not_know_are_one() -> None:
    assert (network()(["去\U0002a6d6"])[0] == network()(["去\U0002a6d7"])[0]).all()


def test_chinese_ships_and_no_other_language() -> None:
    assert Network.languages() == {"zh"}


@pytest.mark.parametrize("text", ["", "去", "\u200b", "\u202e北京\u202c"])
def test_any_text_has_features(text: str) -> None:
    assert network()([text]).shape == (len(text), FEATURES)
