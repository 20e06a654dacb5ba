"""`system/attention/`: all that waits for a person."""

import django_filters
from rest_framework import serializers

from accounts.rest.filters import WireFilterSet
from accounts.rest.rules import OFFICE
from accounts.rest.serializers import WireModelSerializer
from accounts.rest.viewsets import Listed, Rules
from agmission_partners.selectors import ACTIONS, visible_attention
from work.models import Attention


class AttentionSerializer(WireModelSerializer):
    """One thing; `actions` are what can be done about the object, as paths below it."""

    actions = serializers.SerializerMethodField()

    class Meta:
        model = Attention
        fields = ("kind", "object_type", "object_id", "since", "reason", "actions")

    def get_actions(self, row: Attention) -> list[str]:
        """By the kind."""
        return list(ACTIONS[row.kind])


class AttentionFilters(WireFilterSet):
    kind = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in sorted(ACTIONS)])
    object_type = django_filters.CharFilter(max_length=40)
    object_id = django_filters.CharFilter(max_length=40)


class AttentionViewSet(Listed):
    """Open until what raised it is over."""

    serializer_class = AttentionSerializer
    filterset_class = AttentionFilters
    selector = staticmethod(visible_attention)
    rules: Rules = {"list": OFFICE}
