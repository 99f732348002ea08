import pytest

from homebooru.domain.accounts import Account, Actor, Right, account_name, network_of
from homebooru.errors import InvalidInput


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("nonsense", "nonsense"),
    ],
)
def test_what_one_visitor_can_easily_call_from_counts_as_one(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\0", "x" * 65, "\ud800"])
def test_a_name_can_be_printed_and_is_short(name):
    with pytest.raises(InvalidInput):
        account_name(name)


def test_each_right_includes_the_ones_before_it():
    account = Account(id=1, name="Ada", has_password=True, is_admin=False)
    actor = Actor(account=account, right=Right.WRITE, session_token="secret")
    assert [actor.may(right) for right in Right] == [True, True, False]
    assert "secret" not in repr(actor)
