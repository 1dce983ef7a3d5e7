import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import log
from streams.fanout.tape import Tape


def fact(number, type="chat.posted", **data):
    return {"type": type, "seq": number, "at": "2026-11-22T18:00:00.000Z", "data": data}


def facts_in(frame):
    read = json.loads(frame)
    assert read["type"] == "room.facts"
    return read["facts"]


@given(st.lists(st.integers(1, 40), max_size=120))
def test_facts_leave_in_order_and_once_however_they_come(numbers):
    tape, taken = Tape(0, []), []
    for number in numbers:
        taken += [fact["seq"] for fact in tape.take([fact(number)])]

    come = set(numbers)
    whole = next(number for number in range(1, 42) if number not in come) - 1
    assert taken == list(range(1, whole + 1))
    assert tape.last == whole
    assert tape.misses_some() == any(number > whole for number in come)


@pytest.mark.parametrize("after", [0, 1, 4, 5])
def test_who_lacks_some_gets_exactly_those(after):
    tape = Tape(5, [fact(seq) for seq in range(1, 6)])

    frame = tape.frame(after, for_staff=False)

    assert [fact["seq"] for fact in facts_in(frame)] == list(range(after + 1, 6))


def test_a_frame_is_made_once_for_all_and_anew_after_the_next_fact():
    tape = Tape(2, [fact(1), fact(2)])
    frame = tape.frame(0, for_staff=False)

    assert tape.frame(0, for_staff=False) is frame
    tape.take([fact(3)])
    assert [fact["seq"] for fact in facts_in(tape.frame(0, for_staff=False))] == [1, 2, 3]


def test_the_tape_reaches_back_as_far_as_a_client_may_catch_up():
    count = log.CATCH_UP_LIMIT + 7
    tape = Tape(0, [])
    tape.take([fact(seq) for seq in range(1, count + 1)])

    assert not tape.reaches(6)
    assert tape.reaches(7)
    assert tape.reaches(count)
    assert not tape.reaches(count + 1)
    assert len(facts_in(tape.frame(7, for_staff=False))) == log.CATCH_UP_LIMIT


def test_a_tape_that_begins_late_reaches_back_to_its_beginning():
    tape = Tape(1000, [fact(999), fact(1000)])

    assert not tape.reaches(997)
    assert tape.reaches(998)


def test_what_was_hidden_is_not_told_again_to_anyone():
    tape = Tape(0, [])
    tape.take([fact(1, text="rude"), fact(2, text="fine"), fact(3, "chat.hidden", seq=1)])

    for for_staff in (False, True):
        told = facts_in(tape.frame(0, for_staff=for_staff))
        assert told[0]["data"] == {"hidden": True}
        assert told[1]["data"] == {"text": "fine"}


def test_what_was_hidden_is_not_read_in_its_replies_nor_where_it_was_pinned():
    tape = Tape(0, [])
    quote = {"seq": 1, "name": "Ann", "text": "rude"}
    tape.take(
        [
            fact(1, text="rude"),
            fact(2, text="indeed", reply=quote),
            fact(3, "chat.pinned", seq=1, text="rude"),
            fact(4, "chat.hidden", seq=1),
        ]
    )

    told = facts_in(tape.frame(0, for_staff=True))

    assert told[1]["data"] == {"text": "indeed", "reply": {"seq": 1, "name": "", "text": ""}}
    assert told[2]["data"] == {"hidden": True}
    assert "rude" not in str(told)


def test_hiding_what_left_the_tape_long_ago_harms_nothing():
    tape = Tape(500, [fact(500, text="fine")])
    tape.take([fact(501, "chat.hidden", seq=3)])

    assert facts_in(tape.frame(499, for_staff=False))[0]["data"] == {"text": "fine"}


def test_what_moderators_do_keeps_its_number_for_everyone_and_its_words_for_staff():
    tape = Tape(0, [])
    tape.take([fact(1, "mod.acted", by="Mara")])

    assert facts_in(tape.frame(0, for_staff=False)) == [fact(1, "mod.acted", hidden=True)]
    assert facts_in(tape.frame(0, for_staff=True)) == [fact(1, "mod.acted", by="Mara")]


def test_words_that_were_held_and_refused_are_not_read_again_by_staff_either():
    tape = Tape(0, [])
    tape.take([fact(1, "chat.held", text="rude"), fact(2, "chat.refused", seq=1)])

    assert "rude" not in tape.frame(0, for_staff=True)
