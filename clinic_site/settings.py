"""
All settings, top to bottom, each fed by the environment (or a `.env` file) and safe when absent.

`.env.example` lists every variable read here. Clinic facts (name, phone, hours) are not settings: they live in
the database and are changed in the admin.
"""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# Another file than `.env`, or none, where the environment says so.
environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))


def env_bool(name, default):
    """Return True or False for exactly those words; anything else is a mistake worth stopping for."""
    value = env.str(name, default=str(default)).strip()
    if value.lower() not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value.lower() == "true"


def env_int(name, default, least=0, most=10**9):
    """Return a whole number between `least` and `most`; anything else is a mistake worth stopping for."""
    value = env.str(name, default=str(default)).strip()
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def is_loopback(host):
    """Tell whether a host name means this machine alone."""
    host = host.strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# Where things are kept: database, media, key, spool and logs in one folder that a backup can take.
# A relative name is taken from the project folder, wherever a command is called.
DATA_DIR = (BASE_DIR / (env.str("DATA_DIR", default="") or "var")).resolve()
DEBUG = env_bool("DEBUG", False)


def secret_key():
    """Return the key from the environment, or the one `make run` wrote into DATA_DIR."""
    key = env.str("SECRET_KEY", default="")
    path = DATA_DIR / "secret_key"
    if not key and path.is_file():
        key = path.read_text().strip()
    if not key:
        raise ImproperlyConfigured(
            f"No secret key: set SECRET_KEY, or start once with `make run`, which writes one to {path}."
        )
    return key


SECRET_KEY = secret_key()

# Where gunicorn listens (gunicorn.conf.py and `serve` read the same two).
HOST = env.str("HOST", default="127.0.0.1").strip("[] ")
PORT = env_int("PORT", 8000, least=1, most=65535)


def address_of(host, port):
    """Return what people type to reach a server that listens on this machine's `host` and `port`."""
    if host in ("", "*", "0.0.0.0", "::"):  # noqa: S104
        raise ImproperlyConfigured(
            f"HOST={host} listens on every address of this machine: set SITE_URL to the address people type, "
            "such as SITE_URL=https://clinic.example."
        )
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


# The address people type. Everything that depends on HTTPS or on being public follows from it.
SITE_URL = (env.str("SITE_URL", default="") or address_of(HOST, PORT)).rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL must be an address such as https://clinic.example, not {SITE_URL!r}.")
HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[f"[{_site.hostname}]" if ":" in _site.hostname else _site.hostname])
if is_loopback(_site.hostname):
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
# How many of our own proxies stand in front; the client address is the n-th hop from the right.
TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0, most=9)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# On loopback alone, with no proxy that lets others in, the site is a demonstration: placeholders may stand and the
# form is live for trying.
DEMONSTRATION = not TRUSTED_PROXY_COUNT and all(is_loopback(host) for host in ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

INSTALLED_APPS = [
    "clinic_site.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "csp",
    "js_asset",
    "django_prose_editor",
    "clinic_site.apps.ClinicSiteConfig",
    "articles.apps.ArticlesConfig",
    "leads.apps.LeadsConfig",
]

MIDDLEWARE = [
    "clinic_site.security.HeadMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "clinic_site.security.ContentPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "clinic_site.security.HeadersMiddleware",
    "clinic_site.security.PlainTextMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "clinic_site.urls"
WSGI_APPLICATION = "clinic_site.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic_site.context.clinic",
            ],
        },
    },
]
CRISPY_TEMPLATE_PACK = "clinic"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("clinic",)
CRISPY_FAIL_SILENTLY = False

# One file on one machine by default; PostgreSQL by DATABASE_URL alone.
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    # A server that does not answer must not keep a person waiting who asks for a call.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
else:
    # Not through an address, which would read a plus or a percent sign in DATA_DIR as something else.
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")}}
DATABASES["default"]["CONN_MAX_AGE"] = env_int("CONN_MAX_AGE", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a read that turns into a write waits its turn instead of failing at once.
    # FULL: a promise that was shown survives a power loss.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        ),
    }
    # A file, not shared memory: threads of a test must wait for each other as they do on a real site.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
# Where requests wait while the database cannot take them: on this machine's own disk, one file each.
SPOOL_DIR = DATA_DIR / "spool"
# What is said while no database answers: the clinic's facts and the error pages, as files.
KEPT_DIR = DATA_DIR / "kept"
# Counters and spent one-time values alone, no pages: shared by all workers of this machine.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # NIST SP 800-63B-4: length, not composition rules.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "clinic_site.pages.csrf_failure"

# Words and times. The clinic's own zone is a clinic fact; instants are stored in UTC.
LANGUAGE_CODE = "en-us"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / (env.str("STATIC_ROOT", default="") or "staticfiles")
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
# Source maps are for developers who open their browser's tools; compressing them took longer than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]

# Mail to staff: printed on the console until EMAIL_URL names a server, e.g. smtp+tls://user:password@host:587
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"clinic-site@{_site.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20

# Public pages load nothing from anywhere else and run nothing inline. The admin's additions are in security.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {
    name: []
    for name in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "browsing-topics",
    )
}  # fmt: skip
SECURE_CONTENT_TYPE_NOSNIFF = True
# same-origin, not no-referrer: the latter turns the Origin of our own form into "null".
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 31536000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", HTTPS)
SECURE_HSTS_PRELOAD = HTTPS
# The health pages answer a load balancer that speaks plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]

# No request body, name, phone or token ever reaches a log; receipts are masked here and in gunicorn.conf.py.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"mask_receipts": {"()": "clinic_site.logs.MaskReceipts"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["mask_receipts"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}

# How long the desk holds a claim, in minutes, before the request is free again.
LEASE_MINUTES = env_int("LEASE_MINUTES", 15, least=1, most=24 * 60)
