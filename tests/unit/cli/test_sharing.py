"""New connections go to the process that has the fewest, unless it hangs."""

from __future__ import annotations

from homebooru.cli.serve.sharing import PATIENCE, Courtesy, Shares


def test_whoever_has_more_leaves_a_connection_to_others_for_a_while():
    shares, now = Shares(), [0.0]
    courtesy = Courtesy(shares, lambda: now[0])
    shares.note(1, 2)
    assert not courtesy.leaves(1)  # nobody else is there

    shares.note(2, 1)
    assert courtesy.leaves(1)
    assert not Courtesy(shares).leaves(2)
    now[0] = PATIENCE
    assert not courtesy.leaves(1)  # nobody took it
    assert courtesy.leaves(1)  # the next one

    shares.note(2, 2)
    assert not courtesy.leaves(1)
    shares.note(3, 0)
    assert courtesy.leaves(1)
    shares.forget(3)
    assert not courtesy.leaves(1)
