import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from livecommerce.errors import Invalid
from shops.models import Member
from streams.talk import letters, names
from tests.factories import make_shop, make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
GUEST = names.Speaker("guest-ann")


@pytest.fixture
def show():
    show = make_show(shop=make_shop(name="Claymoor"), host_name="Ines Vidal")
    make_staff(Member.Role.MODERATOR, shop=show.shop, first_name="Tom", last_name="Okafor")
    return show


@pytest.mark.parametrize(
    "name",
    [
        *("Claymoor", "CLAYMOOR", " Ines  Vidal ", "Ines-Vidal", "H.o.s.t", "moderator", "ADMIN"),
        *("tom okafor", "Tom 0kafor", "T\u043em Okafor", "Tom Okáfor", "TomOkafor", "Tom Okafor 2"),
        *(
            "Сlауmооr",
            "ϹLΑΥΜΟΟR",
            "Ｃｌａｙｍｏｏｒ",
            "𝓒𝓵𝓪𝔂𝓶𝓸𝓸𝓻",
            "Claym00r",
            "CIaymoor",
            "C1aymoor",
            "Clayrnoor",
        ),
        *("Ⓗⓞⓢⓣ", "🅷🅾🆂🆃", "🇭🇴🇸🇹", "ʜᴏꜱᴛ", "НОЅТ", "Ηost", "Ho\u3164st", "h\u0336o\u0336s\u0336t"),
        *("Claymoor Support", "Official Claymoor", "Host Ines Vidal", "Admin Team", "The Host"),
        *("Claymoor1", "1Host", "xHost1"[1:], "~Claymoor~"),
        *(
            "The Claymoor Team",
            "Official Claymoor Support",
            "Live Host",
            "Hosts",
            "Host of Claymoor",
        ),
        *("ᑕᒪᗩYᗰOOᖇ", "Claym○○r", "Claym๏๏r", "Claym٥٥r", "C!aymoor", "Ƈlaymoor", "₡laymoor"),
        *("Clay\u180bmoor", "Clay\u17b4moor", "C\u2de0laymoor", "Claymoo\u0e48r"),
        *("Модератор", "АДМИН", "管理员", "客服", "관리자", "مشرف", "Gastgeberin", "Hôte"),
    ],
)
def test_nobody_takes_a_name_that_looks_like_the_shop_or_its_people(show, name):
    with pytest.raises(Invalid) as refusal:
        names.choose(show, GUEST, name)

    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Ghost",
            "Hosta",
            "Ines",
            "Tom",
            "Clay",
            "Moor",
            "李",
            "🎉",
            "O'Neil",
            "Анна",
            "Νίκος",
            "7",
        ),
        *("Claymoor's biggest fan", "Team Ines", "The Ann", "Modest", "Administrix"),
        *("The Real Shop", "Live and Help", "Hostile", "Toms", "Модест"),
    ],
)
def test_names_that_are_only_near_are_free(show, name):
    assert names.choose(show, GUEST, name) == name


def test_who_gives_no_name_is_a_guest(show):
    assert names.choose(show, GUEST, "") == "Guest"


def test_staff_speak_under_their_own_name_whatever_they_send(show):
    host = names.Speaker("user-1", "Ines Vidal", "host")

    assert names.choose(show, host, "Somebody") == "Ines Vidal"


def test_who_signed_in_speaks_under_their_name_unless_it_is_one_of_the_shops(show):
    near = names.Speaker("user-8", "Ann Lee")
    like = names.Speaker("user-9", "Claymoor")

    assert names.choose(show, near, "Bob") == "Ann Lee"
    assert names.choose(show, like, "Bob") == "Bob"
    with pytest.raises(Invalid):
        names.choose(show, like, "Claymoor")


def test_the_house_is_nobodys_nickname_either(show):
    make_user(first_name="Root", last_name="Keeper", is_superuser=True)

    with pytest.raises(Invalid):
        names.choose(show, GUEST, "Root Keeper")


def test_the_people_of_another_shop_take_no_name_here(show):
    make_staff(shop=make_shop(), first_name="Zoe", last_name="Marsh")

    assert names.choose(show, GUEST, "Zoe Marsh") == "Zoe Marsh"


@pytest.mark.parametrize("name", [" ", "\u200d\u200d", "\u3164", "\u2800", "x" * 31])
def test_a_name_can_be_seen_and_is_short(show, name):
    with pytest.raises(Invalid) as refusal:
        names.choose(show, GUEST, name)

    assert refusal.value.field == "name"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(some.lists(some.integers(min_value=0), min_size=8, max_size=8))
def test_no_choice_of_look_alikes_makes_another_name(choices):
    """Any mixture of the letters that are drawn like those of "claymoor"."""
    rows = [letter + letters.ALIKE.get(letter, "") for letter in "claymoor"]
    name = "".join(row[choice % len(row)] for row, choice in zip(rows, choices, strict=True))

    with pytest.raises(Invalid):
        names.chosen(GUEST, name, frozenset(names._likenesses("Claymoor")))
