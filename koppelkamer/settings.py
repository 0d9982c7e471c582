"""The one place where Django is set up: for the command line, the console, flows and tests alike."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from declare import Fault, WrongInput, write_atomically
from koppelkamer.sign_in import SignIn, console_settings


def configure(database: str, base: Path, sign_in: SignIn | None = None, key: Path | None = None) -> None:
    """Set Django up for the room in `base`; its tables are made or brought up to date by
    `koppelkamer.tables.migrate`.

    `sign_in` and `key`, the file of the room's public key, are for the console, which alone needs them. A second call
    for the same room does nothing. Raises `Fault` for another room: one process serves one room.
    """
    import django
    from django.conf import settings

    wanted = database_settings(database, base)
    if not settings.configured:
        console = console_settings(sign_in or SignIn(), base) | ({"PUBLIC_KEY": key} if key else {})
        settings.configure(**django_settings(wanted, base / "reports", room_secret(base), console))
        django.setup()
    elif settings.DATABASES["default"]["NAME"] != wanted["NAME"]:
        raise Fault("this process already serves another room", remedy="Use a process of its own for each room.")


def django_settings(
    database: dict[str, Any], reports: Path, secret: str, console: dict[str, Any] | None = None
) -> dict[str, Any]:
    """All Django settings; `console` as `console_settings` makes them, by default for a console on this machine."""
    return {
        "REPORTS": reports,
        "AUDIT": reports.with_name("audit"),
        "WORKERS": reports.with_name("store") / "work",
        "PUBLIC_KEY": reports.with_name("keys") / "room.pub",
        "SECRET_KEY": secret,
        "DEBUG": False,
        "DATABASES": {"default": database},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "AUTH_USER_MODEL": "register.Person",
        "PASSWORD_HASHERS": [  # the first makes them; one of the second is made anew when it is next given
            "django.contrib.auth.hashers.Argon2PasswordHasher",
            "django.contrib.auth.hashers.ScryptPasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}"}
            for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
        ],
        "INSTALLED_APPS": [
            "register",
            "console",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "allauth.socialaccount",
            "allauth.socialaccount.providers.openid_connect",
        ],
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        # Wrong tries are counted here, for all processes together.
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}},
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "console.policy.ContentSecurityPolicy",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            "console.access.AccessControl",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        "TEMPLATES": [_templates()],
        "ROOT_URLCONF": "console.site",
        "CSRF_FAILURE_VIEW": "console.faults.foreign_form",
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "home",
        "LANGUAGE_CODE": "nl",
        "LANGUAGES": [("nl", "Nederlands"), ("en", "English")],
        "TIME_ZONE": "Europe/Amsterdam",
        "USE_TZ": True,
        "STATIC_URL": "/static/",
        "SESSION_COOKIE_AGE": 8 * 3600,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Strict",
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 256 * 1024,
        "LOGGING_CONFIG": None,
        **(console or console_settings(SignIn(), reports.parent)),
    }


def database_settings(database: str, base: Path) -> dict[str, Any]:
    """Django's database settings for a SQLite file (relative to `base`) or a `postgres://` address.

    Raises `WrongInput` for any other address.
    """
    if "://" not in database:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(base / database),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30},
        }
    address = urlsplit(database)
    if address.scheme not in ("postgres", "postgresql"):
        raise WrongInput("the database is neither a file nor a postgres:// address", remedy="Mend it in room.toml.")
    options = dict(parse_qsl(address.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": options.pop("host", address.hostname or ""),
        "PORT": str(address.port or options.pop("port", "")),
        "OPTIONS": options,
    }


def room_secret(base: Path) -> str:
    """The console's secret, made on first use in a file that only this user may read. Raises `Fault`."""
    path = base / "keys" / "console.secret"
    if not path.exists():
        write_atomically(path, secrets.token_urlsafe(48).encode(), mode=0o600)
    if path.stat().st_mode & 0o077:
        raise Fault(f"{path.name} may be read by others", remedy=f"chmod 600 {path.name} in the room's keys folder.")
    return path.read_text()


def _templates() -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "console.views.room",
            ]
        },
    }
