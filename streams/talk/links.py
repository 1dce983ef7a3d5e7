"""Addresses of the web in what people write."""

import re

from streams.talk import letters

SCHEME = re.compile(r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.|mailto:)\S", re.IGNORECASE)
DOMAIN = re.compile(r"(?<![\w.-])(?:[\w-]+\.)+([^\W\d_]{2,24}|xn--[\w-]+)(?![\w-])")
SPOKEN = re.compile(
    r"\w\s*(?:[\[({<\"'*_-]\s*(?:d[o0]t|\.)\s*[\])}>\"'*_-]|\s(?:d[o0]t|punkt|punto|point)\s|\s\.)\s*"
    r"(?:c[o0]m|net|org|info|biz|io|shop|store|xyz)(?!\w)"
)
NUMBERED = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\w)")
DOTS = str.maketrans(dict.fromkeys("\u3002•·․‧∙⋅・܁܂⸳꘎𐩐", "."))
ENDINGS = """
com net org info biz shop store online site website xyz app dev live link click top club vip pro
page blog news tech space fun icu buzz sale deals bid win bet casino cash money loan work life
world today email chat video stream tube porn sex adult cam dating girls art design studio
agency company solutions support help center digital media network systems cloud host рф рус
quest bar games rocks credit trade zip mov wtf lol exchange finance loans ninja guru cheap
онлайн сайт бел укр موقع 中国 公司 网络
"""
COUNTRIES = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt
bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er
es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr
ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk
lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf
ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc
sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt
tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
NO_WORDS = frozenset({"com", "net", "org", "info", "biz", "xyz"})
ALL = frozenset(ENDINGS.split() + COUNTRIES.split())


def has_link(text: str) -> bool:
    """Whether it names an address of the web: "https://…", "example.com", "example dot com"."""
    text = letters.bare(text).translate(DOTS)
    seen = letters.drawn(text)
    if SCHEME.search(text) or SPOKEN.search(seen) or NUMBERED.search(text):
        return True
    if any(_is_ending(found[1]) for found in DOMAIN.finditer(text)):
        return True
    is_disguised = seen != text.casefold()
    return is_disguised and any(found[1] in ALL for found in DOMAIN.finditer(seen))


def _is_ending(ending: str) -> bool:
    """The end of a domain; not the first word of a sentence, as in "nice cup.It is"."""
    small = ending.lower()
    if small in NO_WORDS or small.startswith("xn--"):
        return True
    is_capitalised = ending not in (small, ending.upper())
    return small in ALL and not is_capitalised
