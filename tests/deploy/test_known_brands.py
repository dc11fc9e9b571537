import pytest

from deploy.known_brands import chosen, groups
from schemas.brand import Brand
from schemas.errors import UsageError

_ACME = Brand(name="Acme Phone", query="acme", group="phones", aliases=("愛客美",))
_BOREALIS = Brand(name="Borealis", query="borealis", group="phones", aliases=("Acme-Phone",))
_CAFE = Brand(name="Café Nord", query="nord", group="cafes")
_ALL = [_ACME, _BOREALIS, _CAFE]


@pytest.mark.parametrize("name", ["Acme Phone", "acme phone", "ACME-PHONE", "愛客美"])
def test_a_brand_is_found_by_name_id_or_alias_in_any_case(name: str) -> None:
    assert chosen(_ALL, name) == [_ACME]


def test_a_name_goes_before_another_brands_alias() -> None:
    assert chosen([_BOREALIS, _ACME], "acme-phone") == [_ACME]


def test_no_name_means_every_brand() -> None:
    assert chosen(_ALL, None) == _ALL


def test_an_unknown_name_is_one_line_with_near_ones() -> None:
    with pytest.raises(UsageError, match=r"^no brand is called 'boralis'; did you mean: Borealis$"):
        chosen(_ALL, "boralis")
    with pytest.raises(UsageError, match=r"there are: Acme Phone, Borealis, Café Nord$"):
        chosen(_ALL, "xyzxyzxyz")


def test_share_of_voice_is_counted_in_whole_groups() -> None:
    assert list(groups(_ALL, [_BOREALIS])) == [[_ACME, _BOREALIS]]
    assert list(groups(_ALL, [_ACME, _CAFE, _BOREALIS])) == [[_ACME, _BOREALIS], [_CAFE]]
