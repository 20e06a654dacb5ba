"""From a request to an answer: the cloud's calls, the control endpoint and the page."""

from dataclasses import dataclass

from sandbox.accounts import account_of
from sandbox.answers import Answer, empty_answer, message_answer
from sandbox.clock import now, rfc3339
from sandbox.control import Control
from sandbox.database import Database
from sandbox.distortions import distorted
from sandbox.faults import Fault, replacement, take_fault
from sandbox.fields import Field
from sandbox.journal import Journal
from sandbox.page import SHOWN, page
from sandbox.satloc import Call, Cloud
from sandbox.uploads import Hangar

BASE_PATH = "/api/Satloc"


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Application:
    """Everything behind the socket."""

    def __init__(self, database: Database, fields: tuple[Field, ...]) -> None:
        self._database = database
        self._hangar = Hangar(database, fields)
        self._journal = Journal(database)
        self._cloud = Cloud(database, self._hangar)
        self._control = Control(database, self._hangar, self._journal, self._cloud.operations())

    def respond(self, request: Request) -> tuple[Answer, Fault | None]:
        """The answer, and the fault that its delivery has to follow."""
        if request.path.startswith(f"{BASE_PATH}/"):
            return self._cloud_call(request)
        if request.path.startswith("/control/"):
            content_type = request.headers.get("content-type", "")
            return self._control.answer(request.method, request.path, content_type, request.body), None
        if request.path == "/" and request.method == "GET":
            self._hangar.fly_due()
            return page(self._control.state(newest=SHOWN)), None
        return message_answer(f"Nothing is here; the cloud is at {BASE_PATH}, its page at /.", 404), None

    def _cloud_call(self, request: Request) -> tuple[Answer, Fault | None]:
        call = Call(
            method=request.method,
            operation=request.path.removeprefix(f"{BASE_PATH}/"),
            query=request.query,
            content_type=request.headers.get("content-type", ""),
            authorization=request.headers.get("authorization", ""),
            body=request.body,
        )
        if call.operation not in self._cloud.operations():
            return self._cloud.answer(call), None
        login = self._cloud.caller(call)
        login = login if account_of(self._database, login) else ""
        self._journal.count(call.operation, login)
        fault = take_fault(self._database, call.operation, login)
        answer = self._served(call, login, fault)
        self._remember(request, call, login, answer, fault)
        return answer, fault

    def _served(self, call: Call, login: str, fault: Fault | None) -> Answer:
        if fault is None:
            return self._cloud.answer(call)
        if fault.kind == "reset_before":
            return empty_answer(200)
        instead = replacement(fault, self._cloud.dialect(login))
        if instead is None:
            return distorted(fault, self._cloud.answer(call))
        if fault.options.get("accepted"):
            self._cloud.answer(call)
        return instead

    def _remember(self, request: Request, call: Call, login: str, answer: Answer, fault: Fault | None) -> None:
        headers = {name: request.headers.get(name) for name in ("user-agent", "accept-encoding")}
        self._journal.remember(
            {
                "at": rfc3339(now()),
                "operation": call.operation,
                "account": login,
                "status": answer.status,
                "fault": fault.kind if fault else None,
                "userAgent": headers["user-agent"],
                "acceptEncoding": headers["accept-encoding"],
            }
        )
