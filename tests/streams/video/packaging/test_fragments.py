from hypothesis import given
from hypothesis import strategies as st

from streams.video.packaging import fragments
from streams.video.packaging.boxes import Boxes, children
from streams.video.packaging.samples import Sample, read
from tests.streams.video.packaging.made import AUDIO, DELTA, INIT, KEY, VIDEO


@st.composite
def runs(draw):
    made = {}
    for number in draw(st.sets(st.sampled_from([VIDEO, AUDIO]), min_size=1)):
        at, run = draw(st.integers(0, 2**40)), []
        lasts = draw(st.sampled_from([st.just(40), st.integers(0, 2**32 - 1)]))
        flags = draw(st.sampled_from([st.just(KEY), st.sampled_from([KEY, DELTA])]))
        shift = draw(st.sampled_from([st.just(0), st.integers(-(2**31), 2**31 - 1)]))
        for _ in range(draw(st.integers(1, 5))):
            sample = Sample(at, draw(lasts), draw(flags), draw(shift), draw(st.binary(max_size=9)))
            run.append(sample)
            at += sample.duration
        made[number] = run
    return made


@given(runs(), st.integers(1, 2**32 - 1))
def test_what_was_written_is_what_is_read(written, sequence):
    moof, mdat = Boxes().feed(fragments.write(sequence, written))

    assert read(moof, mdat, INIT) == written
    assert next(children(moof.payload)).payload[4:] == sequence.to_bytes(4)


def test_a_fragment_stands_where_it_is_put():
    """Places count from the moof: fragments can be joined and cut apart."""
    one = fragments.write(1, {VIDEO: [Sample(0, 40, KEY, 0, b"one")]})
    two = fragments.write(2, {VIDEO: [Sample(40, 40, DELTA, 0, b"two")]})

    boxes = Boxes().feed(one + two)

    assert [read(*boxes[n : n + 2], INIT)[VIDEO][0].data for n in (0, 2)] == [b"one", b"two"]


def test_what_all_samples_share_is_said_once():
    steady = [Sample(40 * n, 40, KEY if not n else DELTA, 0, b"x") for n in range(10)]
    jumpy = [Sample(40 * n, 40 + n % 2, KEY if not n % 3 else DELTA, n, b"x") for n in range(10)]

    boxes = 18 + 8 + 16 + 8 + 24 + 20 + 20  # mdat, moof, mfhd, traf, tfhd, tfdt, trun
    assert len(fragments.write(1, {VIDEO: steady})) == boxes + 4 + 10 * 4
    assert len(fragments.write(1, {VIDEO: jumpy})) == boxes + 10 * 16
