"""Who works for a shop, and who signs in at all."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from livecommerce.callers import address_of
from livecommerce.errors import DomainError
from shops import accounts, backoffice
from shops.models import Member, User

admin.site.unregister(Group)  # what a person may do comes from her part in a shop


class StaffSignInForm(backoffice.SignInForm):
    """The back office's door counts wrong passwords, as the shoppers' does."""

    def clean(self):
        name, address = self.cleaned_data.get("username", ""), address_of(self.request)
        try:
            accounts.count_staff(name, address=address)
        except DomainError as refusal:
            raise ValidationError(refusal.detail) from refusal
        cleaned = super().clean()
        accounts.forget_staff(name, address=address)
        return cleaned


admin.site.login_form = StaffSignInForm


class NewMemberForm(backoffice.ShopForm):
    """A new person with a part in the shop. People of other shops cannot be looked up here."""

    username = User._meta.get_field("username").formfield()
    full_name = forms.CharField(max_length=150, label="Name", help_text="As the chat shows it.")
    password = forms.CharField(
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="To sign in for the first time.",
    )

    class Meta:
        model = Member
        fields = ["shop", "role"]

    def clean_username(self):
        username = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise ValidationError("This name is taken.")
        return username

    def clean_password(self):
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]

    def save(self, commit=True):
        self.instance.user = User.objects.create_user(
            self.cleaned_data["username"],
            password=self.cleaned_data["password"],
            first_name=self.cleaned_data["full_name"],
            is_staff=True,
        )
        return super().save(commit)


class RoleForm(backoffice.ShopForm):
    class Meta:
        model = Member
        fields = ["role"]

    def clean_role(self):
        role = self.cleaned_data["role"]
        if role != Member.Role.OWNER and is_last_owner(self.instance):
            raise ValidationError("A shop needs an owner.")
        return role


def is_last_owner(member: Member) -> bool:
    owners = Member.objects.filter(shop=member.shop_id, role=Member.Role.OWNER)
    return list(owners.values_list("pk", flat=True)) == [member.pk]


@admin.register(Member)
class MemberAdmin(backoffice.ShopScopedAdmin):
    reads = writes = backoffice.OWNERS
    form = RoleForm
    fields = ["shop", "person", "role"]
    readonly_fields = ["person"]
    list_display = ["person", "full_name", "role"]
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "shop")

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs |= {"form": NewMemberForm}
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request, obj=None):
        added = ["shop", "username", "full_name", "password", "role"]
        return super().get_fields(request, obj) if obj else added

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and is_last_owner(obj))

    @admin.display(description="Signs in as")
    def person(self, member):
        return member.user.username

    @admin.display(description="Name")
    def full_name(self, member):
        return member.user.get_full_name()


@admin.register(User)
class PeopleAdmin(UserAdmin, backoffice.ModelAdmin):
    """Everyone who signs in: for the house alone."""

    form, add_form = backoffice.PersonForm, backoffice.NewPersonForm
    change_password_form = backoffice.NewPasswordForm
    list_filter = ["is_staff", "is_superuser", "is_active"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("May", {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
