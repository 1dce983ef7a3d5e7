"""What a form begins with."""

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import answers
from orders import addresses


class AddressSerializer(serializers.Serializer):
    """The fields of an order's address; none of them for who is not known."""

    email = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    line1 = serializers.CharField(required=False)
    line2 = serializers.CharField(required=False)
    postcode = serializers.CharField(required=False)
    city = serializers.CharField(required=False)
    region = serializers.CharField(required=False)
    country = serializers.CharField(required=False)


@method_decorator(never_cache, "dispatch")
class AddressView(APIView):
    """Where the last parcel of who is signed in went."""

    @extend_schema(responses=answers(AddressSerializer))
    def get(self, request):
        return Response(addresses.last_of(request.user))
