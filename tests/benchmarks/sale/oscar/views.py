"""A guest places what is in her basket: oscar's own steps, in the order of its own last page."""

import json

from django.views import View
from oscar.core.loading import get_class, get_model

OrderPlacementMixin = get_class("checkout.mixins", "OrderPlacementMixin")
Repository = get_class("shipping.repository", "Repository")
ShippingAddress = get_model("order", "ShippingAddress")


class PlaceView(OrderPlacementMixin, View):
    """Stock is checked as oscar checks it before its pages of the checkout; no mail is sent."""

    pre_conditions = ["check_basket_is_not_empty", "check_basket_is_valid"]

    def post(self, request):
        basket, said = request.basket, json.loads(request.body)
        method = Repository().get_default_shipping_method(basket=basket, request=request)
        charge = method.calculate(basket)
        total = self.get_order_totals(basket, shipping_charge=charge, surcharges=None)
        number = self.generate_order_number(basket)
        self.checkout_session.set_order_number(number)
        self.freeze_basket(basket)
        self.checkout_session.set_submitted_basket(basket)
        self.handle_payment(number, total)
        return self.handle_order_placement(
            number,
            request.user,
            basket,
            ShippingAddress(**said),
            method,
            charge,
            None,
            total,
            guest_email=self.checkout_session.get_guest_email(),
        )

    def send_order_placed_email(self, order):
        pass
