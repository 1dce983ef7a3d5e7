"""What letters look like: text fit to be shown, and what it can be taken for."""

import re
import unicodedata

from livecommerce.errors import Invalid

BLANK = "\u115f\u1160\u3164\uffa0\u2800"  # counted as letters or signs, drawn as nothing
ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\U000e0100-\U000e01ef]"
)
ALIKE = {
    "a": "аαΛɑᴀᎪꓮⲁ",
    "b": "вьβɓʙᏴꓐ",
    "c": "сςϲᴄᏟꓚⲥ",
    "d": "ԁđðɗᴅᎠꓓ",
    "e": "еєεΣəɛᴇᎬꓰ",
    "f": "ƒꜰϝꓝ",
    "g": "ɡɢԍցᏀꓖ",
    "h": "нһΗħʜհᎻꓧ",
    "i": "іιıɪӏɩᎥꓲ",
    "j": "јϳᴊյᎫꓙ",
    "k": "кқҝκƙᴋᏦꓗ",
    "l": "łʟԼᏞꓡ",
    "m": "мΜᴍɱᎷꓟ",
    "n": "пηΝɴŋոꓠ",
    "o": "оοσθөøΩᴏօꓳⲟ",
    "p": "рρþᴘᏢꓑⲣ",
    "q": "ԛզ",
    "r": "гΓʀɾᎡꓣ",
    "s": "ѕꜱʂՏᏚꓢ",
    "t": "тτŧᴛᎢꓔ",
    "u": "υμսᴜʊꓴ",
    "v": "ѵνᴠᏙꓦ",
    "w": "шԝωᴡաᎳꓪ",
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
    text = unicodedata.normalize("NFC", raw)
    text = "".join(" " if c in "\n\t" else c for c in text if _is_visible(c) or c in "\n\t")
    text = re.sub(r"\s+", " ", text).strip()
    if not text.strip("\u200d "):
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
    text = ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    text = "".join(c for c in text if c not in BLANK and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", text)


def _is_visible(character: str) -> bool:
    # U+200D joins emoji; the other format characters can reverse or hide text.
    if character in BLANK:
        return False
    return character == "\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
