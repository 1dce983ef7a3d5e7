from streams.fanout.bucket import Bucket


def test_so_many_at_once_then_so_many_a_second():
    now = 100.0
    bucket = Bucket(3, 2, clock=lambda: now)

    assert [bucket.take() for _ in range(5)] == [True, True, True, False, False]
    now += 0.4
    assert not bucket.take()
    now += 0.1
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_a_long_silence_saves_up_no_more_than_the_bucket_holds():
    now = 0.0
    bucket = Bucket(2, 5, clock=lambda: now)
    now += 3600

    assert [bucket.take() for _ in range(3)] == [True, True, False]
