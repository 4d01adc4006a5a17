"""Django settings. What differs between installations comes from the environment, which ``web.config`` fills."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from perisai import keys

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("PERISAI_DATA", ROOT / "data")).resolve()
ORIGIN = os.environ.get("PERISAI_ORIGIN", "http://localhost:8000").rstrip("/")
LIVE_ORIGIN = os.environ.get("PERISAI_LIVE_ORIGIN", "http://localhost:8001").rstrip("/")
WORLD = os.environ.get("PERISAI_WORLD") or ("demo" if os.environ.get("PERISAI_DEMO", "") == "1" else "real")
IS_DEMO = WORLD == "demo"
PRACTICE_URL = os.environ.get("PERISAI_PRACTICE_URL", "").rstrip("/") if WORLD == "real" else ""
"""Where the practice world of a real one is; shown on the console."""
WEB_THREADS = int(os.environ.get("PERISAI_WEB_THREADS", "4"))

SECRET_KEY = keys.get("django_secret").decode()
DEBUG = False
_host = urlsplit(ORIGIN).hostname or "localhost"
ALLOWED_HOSTS = sorted({_host, "localhost", "127.0.0.1", *os.environ.get("PERISAI_HOSTS", "").split(",")} - {""})
CSRF_TRUSTED_ORIGINS = [ORIGIN]
CSRF_FAILURE_VIEW = "perisai.web.not_here.csrf_failure"


def _database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address; a socket folder stands in the query as ``host``."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "perisai",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {
                "min_size": 1,
                "max_size": WEB_THREADS + 1,
                "timeout": 5,
                "max_lifetime": 1800,
                "reconnect_timeout": 30,
            },
            "prepare_threshold": 3,
            **query,
        },
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql://perisai_web@localhost/perisai"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "perisai.events",
    "perisai.offices",
    "perisai.accounts",
    "perisai.agents",
    "perisai.agencies",
    "perisai.recruitment",
    "perisai.training",
    "perisai.exams",
    "perisai.supervision",
    "perisai.messages",
    "perisai.members",
    "perisai.golive",
    "perisai.contributions",
    "perisai.payments",
    "perisai.employers",
    "perisai.payers",
    "perisai.reminders",
    "perisai.custody",
    "perisai.reconciliation",
    "perisai.documents",
    "perisai.targets",
    "perisai.figures",
    "perisai.alerts",
    "perisai.reports",
    "perisai.feeds",
    "perisai.sync",
    "perisai.portal",
    "perisai.practice",
    "perisai.web",
]

MIDDLEWARE = [
    "perisai.web.health.HealthMiddleware",
    "perisai.practice.strip.StripMiddleware",
    "perisai.web.problems.ProblemsMiddleware",
    "perisai.web.database_away.DatabaseAwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "perisai.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "perisai.web.way_back.WayBackMiddleware",
    "perisai.accounts.gate.GateMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "perisai.web.urls"
WSGI_APPLICATION = "perisai.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "perisai/web/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "perisai.web.context.console",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "practice:door" if WORLD == "practice" else "account_login"
LOGIN_REDIRECT_URL = "/console/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "perisai.accounts.adapter.ClosedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}  # one account is locked by axes, which says for how long
MFA_ADAPTER = "perisai.accounts.adapter.SealedMfaAdapter"
MFA_FORMS = {
    "authenticate": "perisai.accounts.second_step.CountedAuthenticateForm",
    "reauthenticate": "perisai.accounts.second_step.CountedReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Perisai"
MFA_TOTP_PERIOD = 30
MFA_TOTP_TOLERANCE = (
    1  # a code that ended while it was typed, or a phone's clock half a minute wrong (RFC 6238, section 6)
)
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ORIGIN.startswith("http://")
USERSESSIONS_TRACK_ACTIVITY = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "perisai.accounts.client.client_ip"
AXES_LOCKOUT_CALLABLE = "perisai.accounts.gate.locked_out"

_secure = ORIGIN.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
# Cookies know no ports: a practice world on the same machine must neither read nor overwrite those of the real one.
SESSION_COOKIE_NAME = "perisai_practice_session" if WORLD == "practice" else "perisai_session"
CSRF_COOKIE_NAME = "perisai_practice_csrf" if WORLD == "practice" else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "perisai/web/locale"]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = None
STATICFILES_DIRS = [
    (prefix, path)
    for prefix, path in [("console", ROOT / "frontend/dist/console"), ("", ROOT / "perisai/web/static")]
    if path.exists()
]
FIELD_APP = Path(os.environ.get("PERISAI_FIELD_APP", ROOT / "frontend/dist/field"))
APP_ASSETS = DATA / "app-assets"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA / "outbox"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hide_tokens": {"()": "perisai.web.hidden.HideTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["hide_tokens"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("PERISAI_LOG_LEVEL", "WARNING")},
}
