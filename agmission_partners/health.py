"""`/healthz`: this process answers. `/readyz`: the hub moves work. `/metrics` for whoever has the scrape token."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from accounts.rest.problems import ProblemResponse
from agmission_partners import metrics, readiness

METHODS = ("GET", "HEAD")


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answers before the host name is looked at: whoever probes or scrapes knows the process by its address."""
    answers = {"/healthz": healthz, "/readyz": readyz}

    def respond(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info.rstrip("/")
        answer = metrics.answer if path == "/metrics" and metrics.has_scrape_token(request) else answers.get(path)
        if answer is None:
            return get_response(request)
        if request.method not in METHODS:
            allowed = {"Allow": ", ".join(METHODS)}
            return ProblemResponse(HTTPStatus.METHOD_NOT_ALLOWED, "This address is only read.", headers=allowed)
        return answer(request)

    return respond


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers."""
    return JsonResponse({"status": "alive"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 where work moves, else 503. `problems` has a sentence for each thing that is wrong, `warnings` for each to look at."""
    problems = list(readiness.problems())
    warnings = [] if problems else list(readiness.warnings())
    status = {"status": "not ready" if problems else "ready", "problems": problems, "warnings": warnings}
    return JsonResponse(status, status=503 if problems else 200)
