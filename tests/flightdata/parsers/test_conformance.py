"""Runs the conformance scenarios over every registered parser."""

from flightdata.parsers.registry import registry
from flightdata.parsers.satloc_text import SatlocText
from tests.flightdata.parsers.conformance import ParserConformance
from tests.support.samples import OHIO_LOG


class TestSatlocText(ParserConformance):
    parser = SatlocText()
    good_file = OHIO_LOG.read_bytes()
    damaged_file = good_file[:2_000] + b"\n\xff\x00broken,\n" + good_file[3_000:]
    file_name = "JOB146 HK4704.log"


def test_every_registered_parser_runs_the_scenarios() -> None:
    tried = {scenarios.parser.name for scenarios in ParserConformance.__subclasses__()}
    assert tried >= set(registry().names())
