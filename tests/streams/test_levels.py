import json

from hypothesis import given
from hypothesis import strategies as st

from streams.client import patched
from streams.fanout.levels import Levels

counts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3))
states = st.lists(
    st.fixed_dictionaries({"viewers": st.integers(0, 3), "stock": counts}), min_size=1, max_size=8
)


def merged(state, frame):
    """What docs/protocol.md tells a client to do with a frame of levels."""
    frame = json.loads(frame)
    del frame["type"]
    return frame if frame.pop("is_whole", False) else patched(state, frame)


def test_only_what_changed_is_told_to_who_has_the_rest():
    levels = Levels()
    levels.update({"viewers": 2, "stock": {"1": 5, "2": 9}})

    assert levels.update({"viewers": 2, "stock": {"1": 4, "2": 9}})
    assert json.loads(levels.frame(1)) == {"type": "room.levels", "stock": {"1": 4}}
    assert not levels.update({"viewers": 2, "stock": {"1": 4, "2": 9}})
    assert levels.version == 2


def test_who_missed_a_step_is_told_everything():
    levels = Levels()
    for viewers in (1, 2, 3):
        levels.update({"viewers": viewers, "stock": {"1": 5}})

    assert json.loads(levels.frame(1)) == {
        "type": "room.levels",
        "is_whole": True,
        "viewers": 3,
        "stock": {"1": 5},
    }


@given(states, st.lists(st.booleans(), min_size=8, max_size=8))
def test_whoever_merges_what_they_are_told_has_the_newest_levels(steps, hears):
    levels, mine, version = Levels(), {}, 0
    for now, is_heard in zip(steps, hears, strict=False):
        levels.update(now)
        if is_heard and version < levels.version:
            mine, version = merged(mine, levels.frame(version)), levels.version
    if version < levels.version:
        mine = merged(mine, levels.frame(version))

    assert mine == steps[len(steps[:8]) - 1]
