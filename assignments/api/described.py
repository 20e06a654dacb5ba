"""What several operations on one job say in the OpenAPI document."""

from drf_spectacular.utils import OpenApiParameter

JOB_NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH, description="The job system's number")
