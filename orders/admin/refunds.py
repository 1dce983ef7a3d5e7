"""The page that gives money back: how much, why, and what of it is on the shelf again."""

import uuid

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from livecommerce import money
from livecommerce.errors import DomainError
from orders import returns
from orders.models import Order, Payment, Refund
from shops import backoffice
from shops.inputs import MoneyField


class RefundForm(backoffice.PlainForm):
    """`key` names this submit: sent twice, it is one refund."""

    amount = MoneyField(label="Amount", lowest=1)
    reason = forms.CharField(
        label="Reason", max_length=200, required=False, help_text="The shopper reads it."
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, currency=order.currency, **kwargs)
        self.order = order
        self.lines = list(order.lines.all())
        for line in self.lines:
            most = line.quantity - line.restocked
            field = forms.IntegerField(
                min_value=0, max_value=most, initial=0, label=line.title, disabled=not most
            )
            self.dress(field, None)
            self.fields[f"restock-{line.pk}"] = field

    def rows(self) -> list[dict]:
        """The lines with their fields, for the template."""
        return [{"line": line, "field": self[f"restock-{line.pk}"]} for line in self.lines]

    def restock(self) -> dict[int, int]:
        """{order line id: units}."""
        units = {line.pk: self.cleaned_data[f"restock-{line.pk}"] for line in self.lines}
        return {pk: count for pk, count in units.items() if count}


def left(payment: Payment | None) -> int:
    """What can still be given back, in minor units."""
    return payment.captured - payment.refunding if payment else 0


def page(request, order: Order, context: dict):
    """Ask, then refund once, however often the button is pressed."""
    payment = getattr(order, "payment", None)
    initial = {"amount": left(payment), "key": uuid.uuid4()}
    form = RefundForm(request.POST or None, order=order, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            refund = returns.refund(
                order,
                form.cleaned_data["amount"],
                # With the order in it: nobody can name the submit of another shop.
                key=f"{order.pk}-{form.cleaned_data['key']}",
                reason=form.cleaned_data["reason"],
                restock=form.restock(),
                by=request.user,
            )
        except DomainError as refusal:
            messages.error(request, f"{refusal.detail} Nothing was given back.")
        else:
            tell(request, order, refund)
            return redirect("admin:orders_order_change", order.pk)
    context |= {
        "form": form,
        "order": order,
        "payment": payment,
        "left": left(payment),
        "title": f"Refund of order {order.number}",
    }
    return TemplateResponse(request, "admin/orders/order/refund.html", context)


def tell(request, order: Order, refund: Refund) -> None:
    amount = money.text(refund.amount, order.currency)
    if refund.status == Refund.Status.FAILED:
        messages.error(request, f"{amount} could not be given back. {refund.refusal}")
    elif refund.status == Refund.Status.DONE:
        messages.success(request, f"{amount} went back to {order.name}.")
    else:
        messages.success(request, f"{amount} are on their way back to {order.name}.")
