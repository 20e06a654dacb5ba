"""An error in a real process reaches the place that SENTRY_DSN names, and no secret goes with it."""

import json
import os
import subprocess
import sys

from agmission_partners.variables import PROJECT_DIR
from tests.support.collector import Collector

BREAKS_DOWN = """
import django; django.setup()
import io
from wsgiref.util import setup_testing_defaults
from django.core.wsgi import get_wsgi_application
from django.urls import path
from agmission_partners import urls
from django.views.decorators.csrf import csrf_exempt
@csrf_exempt
def broken(request):
    secret = "sky-high-5"
    raise ZeroDivisionError("the swath is 0")
urls.urlpatterns.append(path("broken", broken))
body = b'{"password": "sky-high-5"}'
asked = {"REQUEST_METHOD": "POST", "PATH_INFO": "/broken", "HTTP_HOST": "localhost", "HTTP_AUTHORIZATION": "Token sky-high-5"}
asked |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}
setup_testing_defaults(asked)
list(get_wsgi_application()(asked, lambda *_: None))
import sentry_sdk; sentry_sdk.flush(10)
"""


def test_an_error_is_reported_with_its_place_and_without_secrets() -> None:
    with Collector() as collector:
        env = {**os.environ, "SENTRY_DSN": f"http://key@{collector.host}/1", "NO_PROXY": "127.0.0.1"}
        env["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        done = subprocess.run(
            [sys.executable, "-c", BREAKS_DOWN], cwd=PROJECT_DIR, env=env, capture_output=True, text=True, timeout=60
        )
    kept = collector.bodies
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for body in kept for line in body.splitlines() if b'"exception"' in line]
    (error,) = events[0]["exception"]["values"]
    assert (error["type"], error["value"]) == ("ZeroDivisionError", "the swath is 0")
    assert events[0]["request"]["url"].endswith("/broken")
    assert b"sky-high-5" not in b"".join(kept).replace(b'secret = \\"sky-high-5\\"', b"")


def test_without_it_nothing_of_it_is_loaded() -> None:
    program = "import django; django.setup(); import sys; print('sentry_sdk' in sys.modules)"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_DIR, env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr
