"""`system/queues/`: how much work waits, and who works on it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.fields import UtcDateTimeField
from accounts.rest.rules import OPS
from accounts.rest.serializers import WireSerializer
from accounts.rest.viewsets import HubView, Rules
from work import queues

QUEUES = ("job_sync", "data_poll", "flight_data", "default")
"""Those of the API contract; the tick's own is nobody's business."""


class QueueSerializer(WireSerializer):
    """`active` is under way, `waiting` due by now; `completed` and `failed` rest so; `oldestSeconds`: the longest wait."""

    active = serializers.IntegerField()
    waiting = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    oldest_seconds = serializers.FloatField(allow_null=True)


class WorkerSerializer(WireSerializer):
    """A worker, the queues it consumes, and when it last took a message."""

    name = serializers.CharField()
    queues = serializers.ListField(child=serializers.CharField())
    last_seen = UtcDateTimeField()


class BeatSerializer(WireSerializer):
    """A beat; more than one are harmless."""

    host = serializers.CharField()
    pid = serializers.IntegerField()
    last_tick = UtcDateTimeField()


class QueuesSerializer(WireSerializer):
    """All queues, and the processes seen within a day."""

    job_sync = QueueSerializer()
    data_poll = QueueSerializer()
    flight_data = QueueSerializer()
    default = QueueSerializer()
    workers = WorkerSerializer(many=True)
    beats = BeatSerializer(many=True)


class QueuesView(HubView):
    """Told from the database, which is the queue of record."""

    rules: Rules = {"get": OPS}

    @extend_schema(responses=QueuesSerializer, filters=False)
    def get(self, request: Request) -> Response:
        """How much work waits, and who works on it."""
        found = {counts.queue: counts for counts in queues.counts()}
        told: dict[str, Any] = {name: _told(found[name]) for name in QUEUES}
        told["workers"] = [_worker(name, rows) for name, rows in queues.workers().items()]
        told["beats"] = queues.beats()
        return Response(QueuesSerializer(told).data)


def _told(counts: queues.QueueCounts) -> dict[str, Any]:
    oldest = counts.oldest.total_seconds() if counts.oldest else None
    return {
        "active": counts.active,
        "waiting": counts.waiting,
        "completed": counts.completed,
        "failed": counts.failed,
        "oldest_seconds": oldest,
    }


def _worker(name: str, rows: list[Any]) -> dict[str, Any]:
    return {"name": name, "queues": [row.queue for row in rows], "last_seen": max(row.last_seen for row in rows)}
