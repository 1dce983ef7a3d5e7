"""The back office: what staff see and change of their own shops, and nothing of any other.

The only module that imports unfold. Every list, choice, action and form starts from the rows of
the shops a person works for, so a row of another shop answers like one that does not exist.
"""

import re

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.utils.html import format_html
from unfold import admin as unfold
from unfold import decorators, widgets
from unfold.forms import (
    AdminPasswordChangeForm,
    AuthenticationForm,
    PaginationInlineFormSet,
    UserChangeForm,
    UserCreationForm,
)

from livecommerce.errors import DomainError
from shops import pictures
from shops.inputs import DeltaField, MoneyField, PercentField, PictureField
from shops.models import Member, Picture, Shop

OWNERS = (Member.Role.OWNER,)
MANAGERS = (*OWNERS, Member.Role.PRODUCER)
HOSTS = (*MANAGERS, Member.Role.HOST)
STAGE = (*HOSTS, Member.Role.MODERATOR)
DESK = (*MANAGERS, Member.Role.DESK)

ModelAdmin = unfold.ModelAdmin
PersonForm, NewPersonForm = UserChangeForm, UserCreationForm
NewPasswordForm, SignInForm = AdminPasswordChangeForm, AuthenticationForm
display = decorators.display
WIDGETS = {
    DeltaField: widgets.UnfoldAdminTextInputWidget,
    MoneyField: widgets.UnfoldAdminTextInputWidget,
    PercentField: widgets.UnfoldAdminTextInputWidget,
    PictureField: widgets.UnfoldAdminFileFieldWidget,
}
CLASSES = {
    forms.CharField: widgets.INPUT_CLASSES,
    forms.IntegerField: widgets.INPUT_CLASSES,
    forms.ModelChoiceField: widgets.SELECT_CLASSES,
}


def may(request, roles, shop_id: int | None = None) -> bool:
    """Whether the person has one of the roles: in this shop, or in any."""
    if request.user.is_superuser:
        return bool(roles)
    if not hasattr(request, "parts"):
        parts = Member.objects.filter(user=request.user.pk, user__is_active=True)
        request.parts = dict(parts.values_list("shop", "role"))
    if shop_id is None:
        return any(role in roles for role in request.parts.values())
    return request.parts.get(shop_id) in roles


def shops_of(request, roles):
    return Shop.objects.run_by(request.user, *roles) if roles else Shop.objects.none()


def thumbnail(picture: Picture | None, alt: str = "") -> str:
    """A small preview for lists and forms."""
    if picture is None:
        return "–"
    return format_html(
        '<img class="thumbnail" src="{}" width="56" height="56" alt="{}" loading="lazy">',
        pictures.address(picture, 320),
        alt,
    )


class OwnShopField(forms.ModelChoiceField):
    """One of the shops a person works for; who works for one need not choose."""

    only: int | None = None

    def clean(self, value):
        return super().clean(self.only if value in self.empty_values and self.only else value)


class Dressed:
    """A form whose amounts are in the shop's currency and whose fields all have a name."""

    def __init__(self, *args, currency: str | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            self.dress(field, currency)

    def dress(self, field, currency: str | None) -> None:
        if type(field) in WIDGETS:
            field.widget = WIDGETS[type(field)](field.widget.attrs)
        elif "class" not in field.widget.attrs and type(field) in CLASSES:
            field.widget.attrs["class"] = " ".join(CLASSES[type(field)])
        if isinstance(field, MoneyField) and currency:
            field.currency = currency
            field.widget.attrs["suffix"] = currency.upper()
        if self.prefix and field.label:  # a table of forms has headings, but no labels
            field.widget.attrs.setdefault("aria-label", field.label)


class ShopForm(Dressed, forms.ModelForm):
    """A row of a shop."""


class PlainForm(Dressed, forms.Form):
    """What is asked before a deed."""


class ShopFormSet(PaginationInlineFormSet):
    """Rows of a parent that belongs to a shop."""

    def get_form_kwargs(self, index):
        shop = self.instance
        if not isinstance(shop, Shop):
            shop = shop.shop if shop.shop_id else None
        return super().get_form_kwargs(index) | {"currency": shop and shop.currency}


class Choices:
    """Foreign keys offer and accept only what was opened on purpose."""

    writes = ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        related = db_field.remote_field.model
        if related is Shop:
            shops = shops_of(request, self.writes)
            known = list(shops.values_list("pk", flat=True)[:2])
            kwargs |= {"queryset": shops, "form_class": OwnShopField}
            if len(known) == 1:
                kwargs |= {
                    "initial": known[0],
                    "empty_label": None,
                    "widget": widgets.UnfoldAdminSelectWidget(),
                }
        else:
            kwargs.setdefault("queryset", related._default_manager.none())
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if related is Shop:
            field.only = known[0] if len(known) == 1 else None
        return field

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # no pop-ups to other rows
        if field and isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 4
        return field


class ShopScopedAdmin(Choices, unfold.ModelAdmin):
    """Rows of the shops a person works for, as far as her role there goes.

    `reads` and `writes` are roles; `fixed` fields never change once the row exists; for each
    name in `pictured` the form may have a PictureField called new_<name>.
    """

    shop_field = "shop"
    reads = MANAGERS
    writes = MANAGERS
    fixed = ("shop",)
    pictured = ()
    compressed_fields = False
    list_filter_submit = False
    form = ShopForm

    def shop_id(self, obj) -> int:
        return obj.pk if isinstance(obj, Shop) else obj.shop_id

    def get_queryset(self, request):
        shops = shops_of(request, self.reads)
        return super().get_queryset(request).filter(**{f"{self.shop_field}__in": shops})

    def has_module_permission(self, request):
        return may(request, self.reads)

    def has_view_permission(self, request, obj=None):
        return may(request, self.reads, obj and self.shop_id(obj))

    def has_add_permission(self, request):
        return may(request, self.writes)

    def has_change_permission(self, request, obj=None):
        return may(request, self.writes, obj and self.shop_id(obj))

    def has_delete_permission(self, request, obj=None):
        return may(request, self.writes, obj and self.shop_id(obj))

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_list_filter(self, request):
        filters = super().get_list_filter(request)
        return (ShopFilter, *filters) if self.shop_field == "shop" else filters

    def changelist_view(self, request, extra_context=None):
        if "%00" in request.META["QUERY_STRING"]:  # a filter that PostgreSQL would not look for
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (DomainError, IntegrityError) as refusal:
            # The forms were right when they were checked: somebody else was faster since.
            # The whole save was rolled back.
            reason = getattr(refusal, "detail", "Somebody else saved at the same moment.")
            messages.error(request, f"{reason} Nothing was changed; please look again.")
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        # Only what the form showed: a status or a count may move while the form is open.
        shown = {field.name for field in obj._meta.concrete_fields} & set(form.cleaned_data)
        if not change:
            obj.save()
        elif shown:
            obj.save(update_fields=shown)
        for name in self.pictured:
            if upload := form.cleaned_data.get(f"new_{name}"):
                shop = obj if isinstance(obj, Shop) else obj.shop
                setattr(obj, name, pictures.store(shop, upload))
                obj.save(update_fields=[name])


class ShopFilter(admin.SimpleListFilter):
    """By shop, for those who work for several."""

    title = parameter_name = "shop"

    def lookups(self, request, model_admin):
        return [(shop.pk, shop.name) for shop in shops_of(request, model_admin.reads)]

    def has_output(self):
        return len(self.lookup_choices) > 1

    def queryset(self, request, queryset):
        wanted = str(self.value() or "")  # to count what it would find, it is asked by the id
        return queryset.filter(shop=wanted) if re.fullmatch("[0-9]{1,18}", wanted) else queryset


class OfParent(Choices):
    """An inline is as open as the row it belongs to."""

    extra = 0
    max_num = 500
    form = ShopForm
    formset = ShopFormSet

    @property
    def parent(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def get_formset(self, request, obj=None, **kwargs):
        # How many rows are sent is a stranger's word: thousands would be drawn for a minute.
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)

    def has_view_permission(self, request, obj=None):
        return self.parent.has_view_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        if obj is None:
            return self.parent.has_add_permission(request)
        return self.parent.has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)


class TabularInline(OfParent, unfold.TabularInline):
    hide_title = True


class StackedInline(OfParent, unfold.StackedInline):
    pass
