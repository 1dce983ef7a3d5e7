"""Signing in, up and out."""

from django.contrib import auth
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from livecommerce.callers import address_of
from livecommerce.errors import DomainError
from shops import accounts
from shops.account_forms import SignInForm, SignUpForm
from shops.tries import TooManyTries


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    return _enter(request, SignInForm, _check, "account/sign_in.html")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request):
    return _enter(request, SignUpForm, _make, "account/sign_up.html")


@require_POST
def sign_out(request):
    auth.logout(request)
    return redirect("home")


def _check(request, email, password):
    return accounts.check(request, email, password, address=address_of(request))


def _make(request, email, password):
    return accounts.sign_up(email, password, address=address_of(request))


def _enter(request, shape, find, template):
    goal = where_to(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(goal)
    form, status = shape(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                user = find(request, **form.cleaned_data)
            except DomainError as refusal:
                form.add_error(refusal.field or None, refusal.detail)
                status = 429 if isinstance(refusal, TooManyTries) else 400
            else:
                auth.login(request, user)  # a session begun by somebody else is left behind
                return HttpResponseRedirect(goal)
    return render(request, template, {"form": form, "next": goal}, status=status)


def where_to(request) -> str:
    """The page of ours to go on with; an address of anybody else's is not followed."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # From the root on: a bare word could be no page, and "?x" would be this page again.
    return wanted if is_ours and wanted.startswith("/") else resolve_url("account")
