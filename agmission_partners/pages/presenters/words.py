"""States in the words of people who fly, with a tone that colours them: calm, busy, good, waiting or bad."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A state: `key` for programs, `text` for people."""

    key: str
    text: str
    tone: str = "calm"


JOB = {
    word.key: word
    for word in (
        Word("waiting", "Waits for a person", "bad"),
        Word("completed", "Completed", "good"),
        Word("flown", "Flown", "good"),
        Word("sent", "Sent", "busy"),
        Word("notSent", "Not sent"),
    )
}

UPLOAD = {
    word.key: word
    for word in (
        Word("pending", "Waits to be sent", "busy"),
        Word("syncing", "Being sent", "busy"),
        Word("synced", "Sent", "good"),
        Word("failed", "Sending failed; it is tried again", "wait"),
        Word("paused", "Waits: its account is not called now", "wait"),
        Word("gaveUp", "Not sent; a person is needed", "bad"),
        Word("unconfirmed", "Sent, but nobody knows whether it arrived", "bad"),
        Word("cancelled", "Cancelled"),
    )
}
COMPLETED, CANCELLED = Word("completed", "Completed", "good"), Word("cancelled", "Cancelled")
GIVEN = Word("given", "With the pilot", "good")

POLLING = {
    word.key: word
    for word in (
        Word("idle", "Looks for new logs by itself", "calm"),
        Word("polling", "Looks for new logs now", "busy"),
        Word("failed", "Looking for logs failed; it is tried again", "wait"),
        Word("paused", "Does not look for logs: its account is not called now", "wait"),
        Word("synced", "Finished looking for logs"),
        Word("cancelled", "Does not look for logs any more"),
    )
}

FLIGHT = {
    word.key: word
    for word in (
        Word("discovered", "Listed, comes soon", "busy"),
        Word("skipped", "Left at the partner: older than the account", "calm"),
        Word("downloading", "Coming in", "busy"),
        Word("stored", "Kept, read soon", "busy"),
        Word("parsing", "Being read", "busy"),
        Word("parsed", "Read", "good"),
        Word("quarantined", "Cannot be read; kept unchanged", "bad"),
        Word("failed", "Could not be fetched", "bad"),
        Word("duplicate", "The same bytes as another log", "calm"),
    )
}

ACCOUNT = {
    word.key: word
    for word in (
        Word("ok", "Works", "good"),
        Word("unverified", "Not tried yet", "calm"),
        Word("credentialsRejected", "The partner refuses its login", "bad"),
        Word("paused", "Paused", "wait"),
        Word("unreachable", "Does not answer", "bad"),
        Word("inactive", "Switched off", "calm"),
    )
}

NEXT_STEPS = {
    "uploadGaveUp": "Correct what the partner complains of, then have it sent again.",
    "uploadUnconfirmed": "Look at the partner's own page whether the job is there; then confirm it, or send it again.",
    "externalIdHeld": "Another assignment holds the partner's id of this job. Say which of them it is.",
    "assignmentOutdated": "The job was changed after it was sent. Send it again, or complete it as it was.",
    "listingFails": "The partner does not give its list of logs. Look at the account, then have it listed again.",
    "listingEntryUnreadable": "The partner lists a log in a way that cannot be read. Tell the partner.",
    "logFailed": "The log could not be fetched. Have it fetched again.",
    "applicationQuarantined": "The file cannot be read. Ask for a whole one, or have it read again with a newer parser.",
    "applicationUnmatched": "Say which job this flight belongs to.",
    "coverageSetAside": "Measuring broke off again and again. Have a flight of the job read again.",
    "exportFailed": "The export could not be written. Ask for it again, or tell whoever runs the hub.",
    "credentialsRejected": "Correct the login or password of the account; what waits then goes through by itself.",
}
"""What a person does about each kind of attention."""

LONGEST_NAME = 24


def short(name: str) -> str:
    """A name that fits a line: partners' ids of aircraft that have no name yet are long."""
    return name if len(name) <= LONGEST_NAME else f"{name[:8]}\N{HORIZONTAL ELLIPSIS}"
