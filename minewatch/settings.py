"""Settings, all from the environment; what cannot be read or is missing stops the start.

Embedded (the default): SQLite and a file broker under MINEWATCH_HOME (var/).
Office: DATABASE_URL=postgres://… and REDIS_URL=redis://…, then SECRET_KEY and MINEWATCH_HOSTS are
required. The table of variables is in docs/operations.md.
"""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from minewatch.env import envbool, envint, envlist, envsecret, envstr, envurl, kept_secret, postgres

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(envstr("MINEWATCH_HOME", str(BASE_DIR / "var"))).resolve()
DATABASE_URL = envsecret("DATABASE_URL")
REDIS_URL = envsecret("REDIS_URL")
EMBEDDED = not DATABASE_URL

DEBUG = envbool("DEBUG")
DEMO = envbool("DEMO")
HTTPS = envbool("MINEWATCH_HTTPS", not EMBEDDED and not DEBUG)
RELEASE = envstr("MINEWATCH_RELEASE", "dev")
SITE_NAME = envstr("MINEWATCH_SITE_NAME", "矿山联合执法")
BEHIND_PROXY = envlist("MINEWATCH_PROXIES")  # addresses whose X-Forwarded-For is believed

SECRET_KEY = envsecret("SECRET_KEY")
if not SECRET_KEY and EMBEDDED:
    SECRET_KEY = kept_secret(HOME / "secret", lambda: get_random_secret_key() * 2)
if not SECRET_KEY:
    raise ImproperlyConfigured("DATABASE_URL is set, so SECRET_KEY or SECRET_KEY_FILE is required")
SECRET_KEY_FALLBACKS = envlist("SECRET_KEY_OLD")
# identities of informants are encrypted with it; without it nobody reads them again
INFORMANT_KEY = envsecret("INFORMANT_KEY")
if not INFORMANT_KEY and EMBEDDED:
    INFORMANT_KEY = kept_secret(HOME / "informant_key", lambda: get_random_secret_key() * 2)
if len(INFORMANT_KEY) < 40:
    raise ImproperlyConfigured(
        "INFORMANT_KEY or INFORMANT_KEY_FILE needs 40 random characters; with DATABASE_URL it is required"
    )
INFORMANT_KEYS_OLD = envlist("INFORMANT_KEY_OLD")

ALLOWED_HOSTS = envlist("MINEWATCH_HOSTS", "localhost 127.0.0.1 [::1]" if EMBEDDED or DEBUG else "")
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("DATABASE_URL is set, so MINEWATCH_HOSTS (names of the site) is required")
CSRF_TRUSTED_ORIGINS = envlist("MINEWATCH_ORIGINS")

# -- applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "minewatch.apps.EdgeConfig",
    "core.apps.CoreConfig",
    "agencies.apps.AgenciesConfig",
    "duties.apps.DutiesConfig",
    "ledgers.apps.LedgersConfig",
    "cases.apps.CasesConfig",
    "reports.apps.ReportsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "axes",
]
MIDDLEWARE = [
    "minewatch.middleware.ProxyAddress",
    "minewatch.middleware.Guard",
    "django.middleware.security.SecurityMiddleware",
    "minewatch.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "agencies.middleware.Accounts",  # before the limits; and after all: passwords that are due
    "minewatch.middleware.SessionLimits",
    "minewatch.middleware.PrivatePages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "minewatch.middleware.FormGuard",
    "core.web.DomainErrors",
    "axes.middleware.AxesMiddleware",  # last: it replaces the answer of a locked-out sign-in
]
ROOT_URLCONF = "minewatch.urls"
WSGI_APPLICATION = "minewatch.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
                "core.context.house",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# -- database -------------------------------------------------------------------------------------
if EMBEDDED:
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "minewatch.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing half-way
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
            },
        },
    }
else:
    DATABASES = {"default": postgres(DATABASE_URL, envsecret("DATABASE_PASSWORD"))}
    DATABASES["default"] |= {"CONN_MAX_AGE": envint("MINEWATCH_CONN_AGE", 60), "CONN_HEALTH_CHECKS": True}
    # 0 = no limit (migrate, backup, worker); the web service sets 30 s
    if seconds := envint("MINEWATCH_STATEMENT_SECONDS", 0):
        DATABASES["default"]["OPTIONS"]["options"] = f"-c statement_timeout={seconds * 1000}"

# -- who may enter --------------------------------------------------------------------------------
AUTH_USER_MODEL = "agencies.Member"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/todo/"
LOGOUT_REDIRECT_URL = "/login/"

# 等保 profile (GB/T 22239: complexity and rotation); the demo's shared password has two classes and no age
PASSWORD_MIN_LENGTH = envint("MINEWATCH_PASSWORD_LENGTH", 10, low=8)
PASSWORD_CLASSES = envint("MINEWATCH_PASSWORD_CLASSES", 2 if DEMO else 3)
PASSWORD_HISTORY = envint("MINEWATCH_PASSWORD_HISTORY", 0 if DEMO else 5)
PASSWORD_MAX_AGE_DAYS = envint("MINEWATCH_PASSWORD_DAYS", 0 if DEMO else 90)  # 0 = no age
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "minewatch.passwords.Classes", "OPTIONS": {"wanted": PASSWORD_CLASSES}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "minewatch.passwords.NotYourself"},
    {"NAME": "minewatch.passwords.History", "OPTIONS": {"kept": PASSWORD_HISTORY}},
]

IDLE_MINUTES = envint("MINEWATCH_IDLE_MINUTES", 30, low=1)
SESSION_HOURS = envint("MINEWATCH_SESSION_HOURS", 12, low=1)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "mw_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "mw_csrf"
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Five wrong passwords for one name from one address close that pair for 15 minutes, nobody else.
AXES_HANDLER = "agencies.lockout.PairHandler"  # counts a try before the password is looked at
AXES_LOCKOUT_CALLABLE = "agencies.lockout.answer"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "minewatch.passwords.login_name"
AXES_HTTP_RESPONSE_CODE = 429
AXES_COOLOFF_MESSAGE = "密码连续输错 5 次，请 15 分钟后再试，或请系统管理员解锁。"
AXES_PERMALOCK_MESSAGE = AXES_COOLOFF_MESSAGE
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# -- what the browser may do ----------------------------------------------------------------------
SECURE_CSP = {  # name and shape as in Django 6.0
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "worker-src": ["'self'"],
    "manifest-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # ProxyAddress drops it from strangers

# -- what may come in -----------------------------------------------------------------------------
MAX_BODY_BYTES = envint("MINEWATCH_MAX_UPLOAD_MB", 50, low=1) * 1024 * 1024
MAX_JSON_DEPTH = 32
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a grid of a thousand rows
DATA_UPLOAD_MAX_NUMBER_FILES = 40
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# -- files ----------------------------------------------------------------------------------------
MEDIA_ROOT = Path(envstr("MINEWATCH_MEDIA", str(HOME / "media")))
MEDIA_URL = "/nowhere/"  # files are served by views that ask for rights, never by address
STATIC_URL = "/static/"
STATIC_ROOT = Path(envstr("MINEWATCH_STATIC", str(HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
COLLECTED = envbool("MINEWATCH_COLLECTED")  # collectstatic has run: hashed names, cached for ever
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED
if not COLLECTED:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder
WHITENOISE_AUTOREFRESH = DEBUG

# -- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
}

# -- background work (beat ticks and routes: minewatch/celery.py) ---------------------------------
# hard limit < visibility time-out: the broker never hands a job out again while it may still run
JOB_HARD_SECONDS, JOB_VISIBILITY_SECONDS = 900, 3600
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": JOB_VISIBILITY_SECONDS,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
    }
else:
    BROKER_DIR = HOME / "broker"
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),  # the same folder: each process reads what any wrote
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }

# -- messages out of the house (duties.channels); both ways are off unless set up -------------------
SITE_URL = envurl("MINEWATCH_URL")  # how people reach the site; stands in messages
EMAIL_HOST = envstr("MINEWATCH_EMAIL_HOST")
EMAIL_ON = bool(EMAIL_HOST)
EMAIL_PORT = envint("MINEWATCH_EMAIL_PORT", 25, low=1)
EMAIL_HOST_USER = envstr("MINEWATCH_EMAIL_USER")
EMAIL_HOST_PASSWORD = envsecret("MINEWATCH_EMAIL_PASSWORD")
EMAIL_USE_TLS = envbool("MINEWATCH_EMAIL_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = envstr("MINEWATCH_EMAIL_FROM", "minewatch@localhost")
WEBHOOK_URL = envurl("WEBHOOK_URL")
WEBHOOK_SECRET = envsecret("WEBHOOK_SECRET")

# -- logs -----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "minewatch.logs.OneLine",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": envstr("MINEWATCH_LOG", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},  # ticks every few seconds; runs are told by core.Run
        "celery.worker.strategy": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # the file broker has no host name, and says so at each start
    },
}
