"""Words found in what people write, also when they are spelled to be overlooked."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from streams.talk import letters

# Written without spaces between words: there every character is looked at by itself.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
HYPHENS = set("-_*·•~^+=|\\/‐‑‒–—")  # inside a word; a full stop or a comma ends one
APOSTROPHES = set("'’‘`´")  # "he'll" is no other word
LONE = "aiu"  # words of one letter, beside a word that is spelled out: "a s p a m"
MOST_LONE = 3
READINGS = (letters.plain, letters.drawn)
# A 1 is drawn like an i and like an l.
FIGURES = [str.maketrans("01345780$@", f"o{one}eastbosa") for one in "il"]
STRETCHED = re.compile(r"([^\W\d])\1{2,}")


def are_said(words: Sequence[str], text: str) -> bool:
    """Whether one of the words stands in the text as a word, never as a part of a longer one.

    Case, accents, width, look-alike letters, f1gures, streeetching and s.p.a.c.i.n.g make no other
    word of it.
    """
    for read, (single, phrases) in zip(READINGS, _sought(tuple(words)), strict=True):
        if any(_is_in(line, single, phrases) for line in _meant(read(text))):
            return True
    return False


def _is_in(line: str, single: set[str], phrases: list[str]) -> bool:
    if not single.isdisjoint(_words(line)):
        return True
    for tokens in (_tokens(line), _spelled(line)) if phrases else ():
        whole = f" {' '.join(tokens)} "
        if any(phrase in whole for phrase in phrases):
            return True
    return False


def _meant(line: str) -> set[str]:
    """The line as it stands, with figures read as letters, and with nothing stretched."""
    lines = {
        line,
        *(" ".join(_unfigured(chunk, table) for chunk in line.split()) for table in FIGURES),
    }
    return lines | {STRETCHED.sub(short, each) for each in lines for short in (r"\1", r"\1\1")}


def _unfigured(chunk: str, table: dict) -> str:
    """A word with some figures for letters, as in "sp4m"; "A55" and "500" are what they are."""
    is_word = sum(map(str.isdigit, chunk)) < sum(map(str.isalpha, chunk))
    return chunk.translate(table) if is_word else chunk


def is_word(word: str) -> bool:
    """Whether there is anything in it to look for."""
    return bool(_tokens(letters.plain(word)))


@lru_cache(maxsize=64)
def _sought(words: tuple[str, ...]) -> list[tuple[set[str], list[str]]]:
    """For each reading: the words to look for, and the sayings of several words."""
    return [_split([_tokens(read(word)) for word in words]) for read in READINGS]


def _split(found: list[list[str]]) -> tuple[set[str], list[str]]:
    single = {tokens[0] for tokens in found if len(tokens) == 1}
    return single, [f" {' '.join(tokens)} " for tokens in found if len(tokens) > 1]


def _tokens(line: str) -> list[str]:
    return "".join(map(_apart, line)).split()


def _apart(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    if UNSPACED.match(character) or unicodedata.category(character) == "So":
        return f" {character} "
    is_part = character.isalnum() or unicodedata.category(character).startswith("M")
    return character if is_part else " "


def _words(line: str) -> Iterator[str]:
    """Every word of a line, as it stands and as it would be without what was put between."""
    yield from (tokens := set(_tokens(line)))
    spelled = _spelled(line)
    for word in set(spelled) - tokens:
        yield from _without_lone(word)
    for is_letter, run in groupby(spelled, lambda word: len(word) == 1):
        if is_letter:
            yield from _without_lone("".join(run))


def _spelled(line: str) -> list[str]:
    """The words of a line, each without what was put between its letters."""
    spelled = []
    for chunk in line.split():
        tokens = _tokens(chunk)
        if len(tokens) > 1 and _is_one_word(chunk, tokens):
            tokens = ["".join(token for token in tokens if token.isalnum())]
        spelled += tokens
    return spelled


def _is_one_word(chunk: str, tokens: list[str]) -> bool:
    """Letters with something between: "s.p.a.m", "s.pam", "sp-am"; not "cup.Is" or "he'll"."""
    longer = sum(len(token) > 1 for token in tokens)
    outside = "".join(c for c in chunk if _apart(c) != c)
    between = {c for c in chunk.strip(outside) if _apart(c) != c}
    return longer == 0 or between <= HYPHENS or longer == 1 and not between & APOSTROPHES


def _without_lone(word: str) -> Iterator[str]:
    """The word, and what is left if the first and last letters are words of their own."""
    before = min(len(word) - len(word.lstrip(LONE)), MOST_LONE)
    after = min(len(word) - len(word.rstrip(LONE)), MOST_LONE)
    for start in range(before + 1):
        for end in range(len(word) - after, len(word) + 1):
            yield word[start:end]
