"""Django's settings. What differs between installations comes from `environment.py`, the only one that reads it."""

from datetime import timedelta

import dj_database_url
from django_guid.integrations import CeleryIntegration

from agmission_partners import error_reports, tracing
from agmission_partners.admin_settings import UNFOLD  # noqa: F401  # a setting of this module too
from agmission_partners.environment import load_or_exit
from agmission_partners.logging import probes_are_no_news
from agmission_partners.rest_settings import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401  # settings of this module too
from agmission_partners.variables import PROJECT_DIR

HUB = load_or_exit()

SECRET_KEY = HUB.secret_key
DEBUG = HUB.debug
ALLOWED_HOSTS = list(HUB.allowed_hosts)

INSTALLED_APPS = [
    "agmission_partners",
    "accounts",
    "partners",
    "assignments",
    "flightdata",
    "canary",
    "moving_in",
    "work",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "agmission_partners.admin_config.HubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_guid",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "accounts.rest.middleware.no_body_for_head",
    "agmission_partners.health.middleware",
    "agmission_partners.pages.policy.content_security_policy",
    "agmission_partners.pages.errors.pages_for_people",
    "accounts.rest.middleware.problems_everywhere",
    "accounts.rest.middleware.readable_body",
    "accounts.rest.middleware.either_slash",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.provenance",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "agmission_partners.urls"
WSGI_APPLICATION = "agmission_partners.wsgi.application"
APPEND_SLASH = False  # every path is served with and without its final slash, without a redirect

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# One writer at a time is SQLite's nature: transactions take the lock when they begin (IMMEDIATE) and wait for it; begun
# as readers they would fail at once when they come to write.
DATABASES = {"default": dj_database_url.parse(HUB.database_url, conn_max_age=60, conn_health_checks=True)}
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True  # a pooler may give each transaction another connection
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105  # a model, not a token
# Knox makes a table for its own token model even where another one is used; ours is the only one wanted.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_TTL": timedelta(hours=12), "TOKEN_PREFIX": "agm_", "AUTO_REFRESH": False}
# What was hashed by Django's default is hashed anew as its owner signs in.
PASSWORD_HASHERS = ["accounts.hashers.Argon2id", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "pages:sign_in"
LOGIN_REDIRECT_URL = "pages:home"

# What a browser is told
HTTPS = HUB.public_url.startswith("https://")  # gunicorn tells from TRUSTED_PROXIES whether a request came by it
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the list that browsers ship is the domain owner's to join
CSRF_TRUSTED_ORIGINS = [HUB.public_url] if HUB.public_url else []
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# A job's areas come as one JSON body; log files stream to disk and are bounded by PARTNER_MAX_LOG_SIZE.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

LANGUAGE_CODE = "en-us"
TIME_ZONE = HUB.time_zone
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from where the packages keep them: no collecting step before the first start

# Mail to ops. Without a mail server it is printed where the worker's log goes.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = HUB.mail.sender
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if HUB.mail.server else 'console'}.EmailBackend"
EMAIL_TIMEOUT = 10
if HUB.mail.server:
    EMAIL_HOST, EMAIL_PORT = HUB.mail.server.host, HUB.mail.server.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = HUB.mail.server.user, HUB.mail.server.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = HUB.mail.server.starttls, HUB.mail.server.tls

DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "VALIDATE_GUID": True,
    "INTEGRATIONS": [CeleryIntegration(use_django_logging=True, log_parent=True)],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "correlation_id": {"()": "django_guid.log_filters.CorrelationId"},
        "probes": {"()": lambda: probes_are_no_news},
    },
    "formatters": {
        "line": {
            "()": "agmission_partners.logging.LineFormatter",
            "format": "{asctime} {levelname} {name} [{correlation_id}] {message}",
            "style": "{",
        },
        "json": {"()": "agmission_partners.logging.ObjectFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": HUB.observability.log_format, "filters": ["correlation_id"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"filters": ["probes"]},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "django_guid": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}

if HUB.observability.sentry_dsn:
    error_reports.send_to(HUB.observability.sentry_dsn, HUB.public_url or "unnamed")

if HUB.observability.traces_to:
    tracing.send_to(HUB.observability.traces_to, HUB.observability.traces_headers)
