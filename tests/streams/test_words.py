import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from streams.talk import words

BLOCKED = ["spam", "ass", "rape", "hell", "Scheiße", "buy now", "傻逼", "🖕", "соси"]
INNOCENT = """
class classic pass assassin bass compass Assam grape drape therapist he'll hello shell shells
spammer spamming Spanish buy now-ish nowhere parapet passage harass asset mass Essex rapeseed
傻 逼 🙂 👍 сосиска
"""


@pytest.mark.parametrize(
    "text",
    [
        *("spam", "SPAM!", "this is (spam).", "spam's", "spám", "ｓｐａｍ", "spa\u200bm"),
        *("s.p.a.m", "s p a m", "s-p-a-m", "s_p_a_m", "S*P*A*M", "s.pam", "(sp-am).", "s★p★a★m"),
        *("what a s p a m", "s p a m u", "so s p a m is it"),
        *("ѕраm", "ЅРАМ", "ѕрам", "ѕρаm", "𝕤𝕡𝕒𝕞", "ⓢⓟⓐⓜ", "🆂🅿🅰🅼", "ꜱᴘᴀᴍ", "s\u0336p\u0336a\u0336m"),
        *("Scheisse", "SCHEISSE", "scheiße"),
        *("buy now", "BUY, now!", "b.u.y n.o.w"),
        *("你是傻逼吗", "🖕🏽", "да соси ты"),
        *("sp4m", "5pam", "$p@m", "h3ll", "he1l", "spaaaam", "SSSPAM", "helllll", "buy n0w"),
        *(
            "s\u180bpam",
            "s\u17b4pam",
            "s\u0483pam",
            "s\u2de0pam",
            "sp\U0001d159am",
            "sp\u0e48am",
            "ᔕᑭᗩᗰ",
        ),
    ],
)
def test_a_word_is_found_however_it_is_spelled(text):
    assert words.are_said(BLOCKED, text)


@pytest.mark.parametrize(
    "text",
    [
        *("a classic pass", "grape juice", "g r a p e", "he'll do", "the grass.Is it", "spamming"),
        *("buy it now", "buy-nowhere", "傻 and 逼", "", "🙂", "s p a", "con sosi"),
        *("a Galaxy A55", "the sizes 4 5 5", "455", "@ss55", "heeeello", "passss"),
    ],
)
def test_no_word_is_found_inside_another(text):
    assert not words.are_said(BLOCKED, text)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    some.lists(some.sampled_from(INNOCENT.split()), min_size=1, max_size=6),
    some.sampled_from([" ", ", ", ". ", ".", "!", "-", "_", "/", " – ", " (", "' "]),
    some.sampled_from([str, str.upper, str.title]),
)
def test_innocent_words_stay_so_in_any_order_and_with_anything_between(line, between, cased):
    blocked = [word for word in BLOCKED if word not in ("buy now", "傻逼")]

    assert not words.are_said(blocked, cased(between.join(line)))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(some.text(max_size=300))
def test_nothing_anybody_writes_is_found_in_an_empty_list(text):
    assert not words.are_said([], text)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(some.text(max_size=40), some.text(max_size=40))
def test_a_word_is_always_found_as_itself(word, beside):
    if words.is_word(word):
        assert words.are_said([word], f"{beside} {word} {beside}")


@pytest.mark.parametrize("word", ["", " ", "…", "\u200d", "-", "\u3164"])
def test_what_has_no_letter_figure_or_sign_is_no_word(word):
    assert not words.is_word(word)
