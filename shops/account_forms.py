"""What somebody types to sign in or up."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from shops.accounts import normal
from shops.models import User

LONGEST = 150  # as a user's name


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="Email",
        max_length=LONGEST,
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class SignUpForm(SignInForm):
    password = forms.CharField(
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="Eight characters or more.",
    )

    def clean_email(self):
        # One letter can become three when it is written in the one way: ﬃ, ffi.
        if len(normal(self.cleaned_data["email"])) > LONGEST:
            raise ValidationError(f"At most {LONGEST} characters.")
        return self.cleaned_data["email"]

    def clean(self):
        password, email = self.cleaned_data.get("password"), self.cleaned_data.get("email", "")
        if password:
            name = normal(email)
            try:
                validate_password(password, User(username=name, email=name))
            except ValidationError as error:
                self.add_error("password", error)
        return self.cleaned_data
