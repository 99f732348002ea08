import os
import pickle
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest

from homebooru.domain.media import Facts
from homebooru.domain.ratings import Rating
from homebooru.errors import Inaccessible, RateLimited
from homebooru.files import trash
from homebooru.phrases import phrase
from homebooru.processes import parent
from homebooru.processes.answers import Nonsense, read_answer
from homebooru.processes.child import Answer


@pytest.mark.parametrize(
    "value",
    [
        Facts(mime="image/png", width=1, height=2, damage=phrase("It is {what}.", what="broken")),
        {"a": frozenset({Rating.GENERAL})},
        [datetime(2026, 1, 1, tzinfo=UTC), b"x", None, 1.5, (True,)],
    ],
)
def test_values_arrive_as_they_were_sent(value):
    assert read_answer(pickle.dumps(Answer(value=value))).value == value


def test_arrays_and_errors_arrive_too():
    sent = np.arange(6, dtype=np.float16).reshape(2, 3)
    assert (read_answer(pickle.dumps(Answer(value=sent))).value == sent).all()
    told = read_answer(pickle.dumps(Answer(error=Inaccessible("No.")))).error
    assert (type(told), str(told)) == (Inaccessible, "No.")
    assert isinstance(read_answer(pickle.dumps(Answer(error=RateLimited("x")))).error, RateLimited)


@dataclass
class Foreign:
    """A value of somebody else's."""


class Calls:
    """Has whatever is named called by whoever reads it."""

    def __init__(self, function, *arguments):
        self._call = function, arguments

    def __reduce__(self):
        return self._call


@pytest.mark.parametrize(
    "sent",
    [
        Answer(value=Calls(os.system, "true")),
        Answer(value=Calls(eval, "1")),
        Answer(value=Calls(parent.Child, 0, {})),
        Answer(value=Calls(trash.os.remove, "/nowhere")),
        Answer(value=Foreign()),
        Answer(value=os.system),
        "no answer at all",
    ],
)
def test_nothing_is_called_that_a_child_names(sent):
    with pytest.raises(Nonsense):
        read_answer(pickle.dumps(sent))


def test_no_name_leads_through_a_module_of_ours_to_another():
    inside = b"\x80\x04\x8c\x1bhomebooru.processes.parent\x8c\x10subprocess.Popen\x93."
    with pytest.raises(Nonsense, match="is no value"):
        read_answer(inside.replace(b"\x1b", bytes([len("homebooru.processes.parent")])))
