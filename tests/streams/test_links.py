import pytest

from streams.talk import links


@pytest.mark.parametrize(
    "text",
    [
        *("https://example.org/a?b", "HTTP://EXAMPLE.ORG", "hxxp://1.2.3.4", "ftp://x", "www.foo"),
        *("example.com", "Example.Com", "EXAMPLE.COM", "a-b.example.co.uk/x", "(x.com)", "x.com."),
        *("cheap: bit.ly/abc", "t.me/x", "youtu.be/x", "evil.ru", "mugs.shop", "ann@example.org"),
        *("example dot com", "example (dot) com", "example[.]com", "example . com"),
        *(
            "ｅｘａｍｐｌｅ．ｃｏｍ",
            "example。com",
            "еxample.соm",
            "evil.c\u200dom",
            "evil.c\ufe0fom",
            "пример.рф",
        ),
        "xn--e1afmkfd.xn--p1ai",
        *(
            "192.168.1.1",
            "10.0.0.1:80/x",
            "evil•com",
            "evil·com",
            "evil⸳com",
            "evil.zip",
            "evil.quest",
        ),
        *("evil d0t com", "evil DOT c0m", "evil<dot>com", "evil-dot-com", 'evil "dot" com'),
    ],
)
def test_an_address_is_seen_however_it_is_written(text):
    assert links.has_link(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "3.50",
            "3.50EUR",
            "I paid 3.50.It was fine",
            "1.5l",
            "at 10.30",
            "No.1",
            "v2.0",
            "1.000",
        ),
        *(
            "e.g. this",
            "i.e. that",
            "U.S.A.",
            "a.m. or p.m.",
            "z.B. so",
            "St. Ives",
            "Wow...so nice",
        ),
        *("nice cup.It is great", "Thanks.My size", "Hello.World", "cup.Help me", "what.ever"),
        *("1.5.2", "24.12.2026", "col·lecció", "Mug · Sage", "one•two", "12.50.", "3.4.5.6.7"),
        *("café.It is", "polka dot dress", "dot com", "and/or", "size.xl", "10:30//11:00", ""),
    ],
)
def test_a_full_stop_alone_makes_no_address(text):
    assert not links.has_link(text)
