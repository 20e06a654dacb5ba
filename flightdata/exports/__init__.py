"""What exports hold, as streams of bytes in bounded memory: tables of jobs, flights and coverage, and records of one flight.

Rows are read page by page in the order of their keys, each page with what belongs to it, so that a line is what the API showed
at that moment. What was made after an export began is not in it.
"""


class NotWritable(Exception):
    """The export would be incomplete; the message says for want of what, and what to do."""
