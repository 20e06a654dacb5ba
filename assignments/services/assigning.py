"""Giving a job to people and aircraft, as a whole list at once: who keeps it, who loses it, who gets it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.actors import name_of
from accounts.models import User
from accounts.services import values
from accounts.services.writing import record_change, write
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services import changing, endings, uploads
from assignments.services.destinations import INTERNAL, Asked, Destination, Refusal, resolve
from assignments.states import AssignmentStatus, DownloadOption, JobStatus, Operation, SyncStatus
from work import history
from work.clock import now
from work.errors import Refused

ASSIGNABLE_ROLES = (Role.PILOT, Role.CUSTOMER)
"""Who may be given a job: the people of its customer. Ops and partners' logins belong to no customer."""

TRIES = 3


@dataclass(frozen=True)
class AssignRequest:
    """What one press of «assign» asks for. `av_users` are uids that lose their assignment; None leaves the job's dlOp alone."""

    as_users: tuple[Asked, ...] = ()
    av_users: tuple[str, ...] = ()
    dl_op_type: DownloadOption | None = None


@dataclass(frozen=True)
class Assigned:
    """An assignment that stands now, whether it was made, changed or kept. Internal ones have no upload."""

    assignment: JobAssignment
    upload: SyncOperation | None = None

    @property
    def synced(self) -> bool:
        """Whether nothing is left to be sent."""
        return self.upload is None or self.upload.status == SyncStatus.SYNCED


@dataclass
class AssignResult:
    """What became of each user that was asked for; `asked` counts those of `asUsers`."""

    asked: int
    assigned: list[Assigned] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class _Wanted:
    asked: Asked
    user: User
    destination: Destination


def assign(job: Job, request: AssignRequest, user: User) -> AssignResult:
    """Carry the request out, all of it in one transaction; Refused where the job is closed.

    Two who press at once take turns at the job's row. Should something else have made the same assignment meanwhile, or
    moved one on (its upload, say), the whole is done again on what is there now.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _carry_out(job, request, name_of(user))
        except IntegrityError:
            if not tries_left:
                raise
        except Refused as refused:
            if refused.code != "changedMeanwhile" or not tries_left:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _carry_out(job: Job, request: AssignRequest, actor: str) -> AssignResult:
    _take_turn(job, request.dl_op_type, actor)
    result = AssignResult(asked=len(request.as_users))
    people = _people(job, [asked.uid for asked in request.as_users] + list(request.av_users))
    named = _each_once(request.as_users, people, result)
    leaving = _leaving(request.av_users, people, result)
    mentioned = {user.pk for asked in request.as_users if (user := people.get(asked.uid))}
    staying = _remove(job, leaving, mentioned, actor)
    wanted = list(_with_destination(job, named, result))
    _give(job, wanted, staying, actor, result)
    return result


def _take_turn(job: Job, dl_op_type: DownloadOption | None, actor: str) -> None:
    """Lock the job's row until the transaction ends, with its new dlOp where one is given."""
    if not Job.objects.filter(pk=job.pk, status=JobStatus.OPEN).update(status=JobStatus.OPEN):
        raise Refused(f"job {job.number} is closed; open it again before assigning it", "jobClosed")
    if dl_op_type is not None:
        stored = Job.objects.only("dl_op_type").get(pk=job.pk)
        record_change("job", stored, write(stored, {"dl_op_type": dl_op_type}), actor=actor)


def _people(job: Job, uids: Iterable[str]) -> dict[str, User]:
    """Users of the job's customer by id and by legacy id; a user's own id wins."""
    uids = set(uids)
    keys = {key for uid in uids if (key := _as_key(uid))}
    found = User.objects.filter(Q(pk__in=keys) | Q(legacy_id__in=uids), customer_id=job.customer_id)
    by_legacy_id = {user.legacy_id: user for user in found if user.legacy_id}
    by_key = {user.pk: user for user in found}
    both = ((uid, by_key.get(_as_key(uid)) or by_legacy_id.get(uid)) for uid in uids)  # type: ignore[arg-type]
    return {uid: user for uid, user in both if user}


def _as_key(uid: str) -> UUID | None:
    try:
        key = UUID(uid)
    except ValueError:
        return None
    return key if str(key) == uid.lower() else None


def _each_once(asked: Iterable[Asked], people: dict[str, User], result: AssignResult) -> list[tuple[Asked, User]]:
    """Those who may have the job, the first mention of each; of the others the result says why."""
    named: dict[UUID, tuple[Asked, User]] = {}
    for one in asked:
        user = people.get(one.uid)
        refusal = _refusal_of(one, user)
        if refusal:
            result.refused.append(refusal)
        elif user and user.pk in named:
            result.refused.append(_twice(one.uid, one.partner_type))
        elif user:
            named[user.pk] = (one, user)
    return list(named.values())


def _refusal_of(asked: Asked, user: User | None) -> Refusal | None:
    if user is None or user.role not in ASSIGNABLE_ROLES:
        return _unknown(asked.uid, asked.partner_type)
    if not user.is_active:
        message = f"{user} is deactivated; activate the user before assigning a job."
        return Refusal(asked.uid, asked.partner_type, "userInactive", message)
    return None


def _unknown(uid: str, partner_type: str | None) -> Refusal:
    return Refusal(uid, partner_type, "unknownUser", f"The job's customer has no user {uid}.")


def _twice(uid: str, partner_type: str | None) -> Refusal:
    return Refusal(uid, partner_type, "userTwice", f"The user {uid} is named more than once; the first mention counts.")


def _leaving(uids: Iterable[str], people: dict[str, User], result: AssignResult) -> set[UUID]:
    leaving: set[UUID] = set()
    for uid in uids:
        user = people.get(uid)
        if user is None:
            result.refused.append(_unknown(uid, None))
        elif user.pk in leaving:
            result.refused.append(_twice(uid, None))
        else:
            leaving.add(user.pk)
    return leaving


def _remove(job: Job, leaving: set[UUID], mentioned: set[UUID], actor: str) -> dict[UUID, list[JobAssignment]]:
    """Cancel what is to go; what stands after it, by user."""
    staying: dict[UUID, list[JobAssignment]] = {}
    going: list[JobAssignment] = []
    current = JobAssignment.objects.filter(job=job).exclude(status=AssignmentStatus.CANCELLED)
    for assignment in current.order_by("pk"):
        asked_to_leave = assignment.user_id in leaving and assignment.status != AssignmentStatus.COMPLETED
        forgotten = assignment.user_id not in leaving | mentioned and assignment.status == AssignmentStatus.NEW
        if asked_to_leave or forgotten:
            going.append(assignment)
        else:
            staying.setdefault(assignment.user_id, []).append(assignment)
    if going:
        endings.cancel_all(going, actor=actor, reason="removed when the job was assigned anew")
    return staying


def _with_destination(job: Job, named: list[tuple[Asked, User]], result: AssignResult) -> Iterator[_Wanted]:
    destinations = resolve(job.customer_id, [asked for asked, _ in named])
    for (asked, user), destination in zip(named, destinations, strict=True):
        if isinstance(destination, Refusal):
            result.refused.append(destination)
        else:
            yield _Wanted(asked, user, destination)


def _give(job: Job, wanted: list[_Wanted], staying: dict[UUID, list[JobAssignment]], actor: str, result: AssignResult) -> None:
    """Keep, change or make one assignment for each, in the order that was asked for."""
    kept = {one.user.pk: one_kept for one in wanted if (one_kept := _kept(one, staying.get(one.user.pk, [])))}
    open_ones = [
        changing.Change(kept[one.user.pk], one.destination, one.asked.config)
        for one in wanted
        if one.user.pk in kept and kept[one.user.pk].status == AssignmentStatus.NEW
    ]
    gone = changing.change_all(open_ones, actor=actor)
    new = {one.user.pk: _new(job, one) for one in wanted if one.user.pk not in kept or kept[one.user.pk].pk in gone}
    if new:
        _make(list(new.values()), actor)
    standing = [new.get(one.user.pk) or kept[one.user.pk] for one in wanted]
    uploads_by_assignment = _uploads(standing)
    result.assigned += [Assigned(one, uploads_by_assignment.get(one.pk)) for one in standing]


def _kept(wanted: _Wanted, mine: list[JobAssignment]) -> JobAssignment | None:
    """The user's assignment that stays, the one under way before an open one, the one to the same aircraft before others."""
    under_way = [assignment for assignment in mine if assignment.status != AssignmentStatus.NEW]
    same_aircraft = [assignment for assignment in mine if assignment.aircraft_id == wanted.destination.aircraft_id]
    return next(iter((*under_way, *same_aircraft, *mine)), None)


def _new(job: Job, wanted: _Wanted) -> JobAssignment:
    return JobAssignment(
        job=job, user=wanted.user, partner_config=wanted.asked.config.to_wire(), **changing.columns(wanted.destination)
    )


def _make(new: list[JobAssignment], actor: str) -> None:
    at = now()
    for one in new:
        one.date = one.created_at = one.updated_at = at
    JobAssignment.objects.bulk_create(new)
    after: dict[history.Key, history.Values] = {one.pk: values.all_of(one) for one in new}
    history.record_all(endings.OBJECT_TYPE, after, "assigned", actor=actor, after=after, at=at)
    uploads.enqueue_all([one for one in new if one.is_partner_assignment], actor=actor)


def _uploads(assignments: Iterable[JobAssignment]) -> dict[UUID, SyncOperation]:
    keys = [assignment.pk for assignment in assignments if assignment.partner_type != INTERNAL]
    rows = SyncOperation.objects.filter(assignment__in=keys, operation=Operation.JOB_UPLOAD)
    return {row.assignment_id: row for row in rows}
