"""Pages that say what went wrong come without anything that could go wrong itself."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.views.defaults import server_error

NAMES = ("403.html", "403_csrf.html", "404.html", "500.html")


@pytest.mark.parametrize("name", NAMES)
def test_an_error_page_needs_nothing_of_the_request(name):
    page = render_to_string(name)

    assert "<h1>" in page
    assert "importmap" not in page


def test_a_page_that_breaks_says_so_in_our_words():
    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
