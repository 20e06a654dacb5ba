"""Addresses of the pages."""

from django.urls import path

from agmission_partners.pages.views import flight, home, job, signing_in

app_name = "pages"
urlpatterns = [
    path("", home.home, name="home"),
    path("login/", signing_in.SignIn.as_view(), name="sign_in"),
    path("logout/", signing_in.SignOut.as_view(), name="sign_out"),
    path("jobs/<int:number>/", job.job, name="job"),
    path("jobs/<int:number>/live.json", job.live, name="job_live"),
    path("jobs/<int:number>/map.json", job.job_map, name="job_map"),
    path("jobs/<int:number>/history/", job.history, name="job_history"),
    path("flights/<uuid:key>/", flight.flight, name="flight"),
    path("flights/<uuid:key>/live.json", flight.live, name="flight_live"),
    path("flights/<uuid:key>/map.json", flight.flight_map, name="flight_map"),
    path("flights/<uuid:key>/track.json", flight.track, name="track"),
    path("flights/<uuid:key>/rejects/", flight.rejects, name="rejects"),
    path("flights/<uuid:key>/history/", flight.history, name="flight_history"),
]
