from django.apps import AppConfig


class FlightDataConfig(AppConfig):
    name = "flightdata"
    verbose_name = "Flight data"

    def ready(self) -> None:
        from assignments.signals import assignment_completed, job_revised
        from flightdata.services import coverages, logs
        from flightdata.services.downloading import Download
        from flightdata.services.exporting import Writing
        from flightdata.services.listing import Listing
        from flightdata.services.parsing import Parse
        from work import kinds

        for kind in (Listing(), Download(), Parse(), coverages.Measurement(), Writing()):
            kinds.register(kind)
        assignment_completed.connect(logs.fetch_once_more, dispatch_uid="flightdata.fetch_once_more")
        job_revised.connect(coverages.job_revised, dispatch_uid="flightdata.job_revised")
