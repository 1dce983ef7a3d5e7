"""What letters look like: text fit to be shown, and what it can be taken for."""

import re
import unicodedata

from livecommerce.errors import Invalid

BLANK = "\u115f\u1160\u3164\uffa0\u2800\U0001d159"  # letters and signs drawn as nothing
MOST_MARKS = 4  # on one letter; a heap of them is drawn over the messages of others
ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u17b4\u17b5\u180b-\u180f"
    "\u2de0-\u2dff\ua66f-\ua67d\U000e0100-\U000e01ef]"
)
ALIKE = {
    "a": "аαΛɑᴀᎪꓮⲁᗩ∀",
    "b": "вьβɓʙᏴꓐᗷ",
    "c": "сςϲᴄᏟꓚⲥᑕƈȼꞓɔ¢₡𐐕",
    "d": "ԁđðɗᴅᎠꓓᗪ",
    "e": "еєεΣəɛᴇᎬꓰᗴᕮ€",
    "f": "ƒꜰϝꓝ",
    "g": "ɡɢԍցᏀꓖ",
    "h": "нһΗħʜհᎻꓧ",
    "i": "іιıɪӏɩᎥꓲ",
    "j": "јϳᴊյᎫꓙ",
    "k": "кқҝκƙᴋᏦꓗ",
    "l": "łʟԼᏞꓡᒪ",
    "m": "мΜᴍɱᎷꓟᗰ",
    "n": "пηΝɴŋոꓠᑎ",
    "o": "оοσθөøΩᴏօꓳⲟ○◯◦⚪⚬๐๏໐०০੦૦୦௦౦೦൦٥۵",
    "p": "рρþᴘᏢꓑⲣᑭ",
    "q": "ԛզ",
    "r": "гΓʀɾᎡꓣᖇꭇꮁ",
    "s": "ѕꜱʂՏᏚꓢᔕ",
    "t": "тτŧᴛᎢꓔ",
    "u": "υμսᴜʊꓴᑌ",
    "v": "ѵνᴠᏙꓦᐯ",
    "w": "шԝωᴡաᎳꓪᗯ",
    "x": "хχҳꓫ",
    "y": "уγүұΥʏꓬ",
    "z": "ζᴢᏃꓜ",
    "ae": "æӕ",
    "oe": "œ",
}


def _look_alikes() -> dict[int, str]:
    table = {ord(alike): letter for letter, row in ALIKE.items() for alike in row}
    for number in range(26):  # white on a disc, white on a square, two of which make a flag
        table |= {first + number: chr(97 + number) for first in (0x1F150, 0x1F170, 0x1F1E6)}
    # Η looks like H and η like n: a capital follows its small letter unless it has its own row.
    capitals = {chr(number).upper(): letter for number, letter in table.items()}
    return {ord(each): letter for each, letter in capitals.items() if len(each) == 1} | table


LOOK_ALIKES = _look_alikes()


def clean(raw: str, limit: int, field: str) -> str:
    """One line of visible text. Control and direction characters could dress up as others."""
    if len(raw) > 4 * limit:  # to put marks in order takes their number squared
        raise Invalid(f"At most {limit} characters.", field=field)
    text = unicodedata.normalize("NFC", raw)
    text = "".join(" " if c in "\n\t" else c for c in text if _is_visible(c) or c in "\n\t")
    text = re.sub(r"\s+", " ", _flat(text)).strip()
    if all(c in "\u200d " or _is_mark(c) for c in text):
        raise Invalid("Please write something.", field=field)
    if len(text) > limit:
        raise Invalid(f"At most {limit} characters.", field=field)
    return text


def plain(text: str) -> str:
    """Without case, accents, width and joiners: what all spellings of a word have in common."""
    return bare(text).casefold()


def drawn(text: str) -> str:
    """The same, with the letters of other scripts that are drawn like Latin ones read as those."""
    # Twice: some would be made other letters by bare(), some it has to uncover first.
    return bare(text.translate(LOOK_ALIKES)).translate(LOOK_ALIKES).casefold()


def bare(text: str) -> str:
    """Without accents, width and joiners."""
    if text.isascii():
        return text
    kept = ""
    for c in ACCENTS.sub("", unicodedata.normalize("NFKD", text)):
        # Whatever is drawn over a Latin letter, and from whatever script: it stays that letter.
        is_beside = _is_mark(c) and kept[-1:].isascii()
        if c not in BLANK and unicodedata.category(c) != "Cf" and not is_beside:
            kept += c
    return unicodedata.normalize("NFC", kept)


def _flat(text: str) -> str:
    """With no more marks on a letter than a language puts there."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me"}


def _is_visible(character: str) -> bool:
    # U+200D joins emoji; the other format characters can reverse or hide text.
    if character in BLANK:
        return False
    return character == "\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
