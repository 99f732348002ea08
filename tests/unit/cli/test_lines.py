import pytest

from homebooru.cli.console import fail


def test_no_message_gives_a_terminal_orders(capsys):
    with pytest.raises(SystemExit):
        fail("\x1b]0;mine\x07 \u202egnp.exe\nsecond line\r")
    assert capsys.readouterr().err == (
        "homebooru: \\x1b]0;mine\\x07 \\u202egnp.exe\nsecond line\\r\n"
    )
