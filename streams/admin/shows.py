"""Shows, and the two screens a show is run from: control room and studio."""

from datetime import datetime

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.csrf import ensure_csrf_cookie

from livecommerce.errors import DomainError
from shops import backoffice, catalogue
from shops.inputs import PictureField
from shops.models import Product
from streams import lifecycle, lineup
from streams.admin.lineup import ItemInline
from streams.admin.replays import ReplayPages
from streams.admin.studio import StudioPages
from streams.models import Show
from streams.talk import chat, polls

READ_ONLY = [
    (
        None,
        {"fields": ["shop_name", ("title", "slug"), ("starts_at", "host_name"), "description"]},
    ),
    ("Poster", {"fields": ["poster_now"]}),
]
DEAL_MINUTES = [1, 3, 5, 10, 30]  # offered for one tap; others are typed


class ShowForm(backoffice.ShopForm):
    new_poster = PictureField(label="New poster", required=False)

    class Meta:
        model = Show
        fields = ["shop", "title", "slug", "description", "host_name", "starts_at"]
        help_texts = {"starts_at": f"Time zone: {settings.TIME_ZONE}."}


@admin.register(Show)
class ShowAdmin(StudioPages, ReplayPages, backoffice.ShopScopedAdmin):
    reads = backoffice.STAGE
    form = ShowForm
    inlines = [ItemInline]
    fixed = ("shop", "slug")
    pictured = ("poster",)
    readonly_fields = ["poster_now"]
    prepopulated_fields = {"slug": ["title"]}
    list_display = ["title", "state", "starts_at", "rooms"]
    list_filter = ["status"]
    search_fields = ["title"]
    actions = ["cancel_shows"]
    fieldsets = [
        (None, {"fields": ["shop", ("title", "slug"), ("starts_at", "host_name"), "description"]}),
        ("Poster", {"fields": [("poster_now", "new_poster")]}),
    ]
    change_form_template = "admin/streams/show/change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("shop", "poster")

    def has_delete_permission(self, request, obj=None):
        # What was aired is a record; what was announced is cancelled.
        is_open = obj is None or obj.status == Show.Status.SCHEDULED
        return is_open and super().has_delete_permission(request, obj)

    def view_on_site(self, show):
        return reverse("show", args=[show.slug])

    def get_fieldsets(self, request, obj=None):
        # Who only reads is given no link to a shop that would be refused, and no empty upload.
        return super().get_fieldsets(request, obj) if self.writes_to(request, obj) else READ_ONLY

    def get_readonly_fields(self, request, obj=None):
        return (*super().get_readonly_fields(request, obj), "shop_name")

    def writes_to(self, request, show) -> bool:
        return show is None or self.has_change_permission(request, show)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        shop = obj and obj.shop_id
        context |= {
            "may_host": backoffice.may(request, backoffice.HOSTS, shop),
            "may_manage": backoffice.may(request, backoffice.MANAGERS, shop),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:show_id>/control-room/",
                view(ensure_csrf_cookie(self.control_room)),
                name="streams_show_control_room",
            ),
            *self.studio_urls(),
            *self.replay_urls(),
            *super().get_urls(),
        ]

    def control_room(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.STAGE)
        return self.screen(request, show, "admin/streams/show/control_room.html", "Control room")

    def run_by(self, request, show_id, roles) -> Show:
        show = get_object_or_404(self.get_queryset(request), pk=show_id)
        if not backoffice.may(request, roles, show.shop_id):
            raise PermissionDenied
        return show

    def screen(self, request, show, template, title):
        items = [
            lineup.card(item)
            | {"show_price": item.show_price, "reveal_at": reveal_at(item.product)}
            for item in with_drops(show)
        ]
        may_host = backoffice.may(request, backoffice.HOSTS, show.shop_id)
        context = self.admin_site.each_context(request) | {
            "title": f"{title} · {show.title}",
            "show": show,
            "shop": show.shop,
            "items": items,
            "may_host": may_host,
            "max_text": chat.MAX_TEXT,
            "max_poll_question": polls.MAX_QUESTION,
            "max_poll_option": polls.MAX_OPTION,
            "deal_minutes": DEAL_MINUTES,
            "is_nav_sidebar_enabled": False,
            "is_fullwidth": "1",
            "facts": {
                "slug": show.slug,
                "shop": show.shop.slug,
                "currency": show.shop.currency,
                "may_host": may_host,
                "status": show.status,
                "items": items,
            },
        }
        return TemplateResponse(request, template, context)

    @admin.action(description="Cancel the chosen shows", permissions=["change"])
    def cancel_shows(self, request, queryset):
        mine = queryset.filter(shop__in=backoffice.shops_of(request, self.writes))
        for show in mine:
            try:
                lifecycle.cancel(show)
            except DomainError:
                messages.error(request, f"{show} began already: it can be ended, not cancelled.")
            else:
                messages.success(request, f"{show} is cancelled.")

    @backoffice.display(
        description="State",
        ordering="status",
        label={"live": "danger", "scheduled": "info", "ended": "success"},
    )
    def state(self, show):
        return show.status, show.get_status_display()

    @admin.display(description="")
    def rooms(self, show):
        return format_html(
            '<a class="row-link" href="{}">Control room</a>',
            reverse("admin:streams_show_control_room", args=[show.pk]),
        )

    @admin.display(description="Shop")
    def shop_name(self, show):
        return show.shop.name

    @admin.display(description="Poster")
    def poster_now(self, show):
        return backoffice.thumbnail(show.poster, show.title)


def with_drops(show: Show):
    """The line-up as staff see it: what is hidden until its time, too."""
    return (
        show.items.select_related("product", "show__shop")
        .prefetch_related(*catalogue.goods("product__"))
        .filter(product__is_on_sale=True)
    )


def reveal_at(product: Product) -> datetime | None:
    """When a drop shows itself; None once it has."""
    is_hidden = product.reveal_at and product.reveal_at > timezone.now()
    return product.reveal_at if is_hidden else None
