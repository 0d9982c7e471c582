"""How people sign in to the console: what a room declares, and the settings of Django and allauth that follow."""

import stat
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from declare import Declaration, Refusal, WrongInput

_WEB: Final = r"^(https://|http://(localhost|127\.0\.0\.1)(:|/|$))"
"""Without TLS only on this machine."""


class Provider(Declaration):
    """`[sign_in.provider]` in room.toml: an OpenID Connect provider whose accounts are the room's people."""

    name: str
    """As people know it."""
    issuer: str = Field(pattern=_WEB)
    """Below it lies `.well-known/openid-configuration`."""
    client: str
    """The id under which the provider knows this room."""
    secret_file: str = "keys/provider.secret"
    """A file of mode 0600 with the secret that belongs to it, beside room.toml or by a whole path."""
    claim: str = "preferred_username"
    """What the provider tells that is a username of this room; read at somebody's first sign-in only."""
    second_factor: bool = False
    """Whether the provider asks for a second factor, so that the room need not."""


class SignIn(Declaration):
    """`[sign_in]` in room.toml."""

    address: str = Field(default="http://localhost:8000", pattern=_WEB)
    """Where people find the console. With https every cookie is for https alone."""
    proxies: int = Field(default=0, ge=0, le=5)
    """How many servers of your own stand before the console and say in X-Forwarded-For for whom they ask."""
    provider: Provider | None = None


def console_settings(declared: SignIn, base: Path) -> dict[str, Any]:
    """Settings of Django and allauth. Raises `WrongInput` or `Refusal` for the file of the provider's secret."""
    address, provider = urlsplit(declared.address), declared.provider
    https = address.scheme == "https"
    return {
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", str(address.hostname)],
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "SECURE_SSL_REDIRECT": https,
        "SECURE_HSTS_SECONDS": 365 * 86400 if https else 0,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if https and declared.proxies else None,
        "ALLAUTH_TRUSTED_PROXY_COUNT": declared.proxies,
        "ACCOUNT_ADAPTER": "register.accounts.Accounts",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": address.scheme,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
        "ACCOUNT_SESSION_REMEMBER": False,
        "MFA_ADAPTER": "register.second_factor.SecondFactor",
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
        "MFA_TOTP_TOLERANCE": 1,
        "SOCIALACCOUNT_ADAPTER": "register.accounts.Providers",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": _app(provider, base)} if provider else {},
        "PROVIDER_NAME": provider.name if provider else "",
        "PROVIDER_ORIGIN": "{0.scheme}://{0.netloc}".format(urlsplit(provider.issuer)) if provider else "",
        "PROVIDER_CLAIM": provider.claim if provider else "",
        "PROVIDER_ASKS_SECOND_FACTOR": bool(provider and provider.second_factor),
    }


def _app(provider: Provider, base: Path) -> dict[str, Any]:
    app = {
        "provider_id": "provider",
        "name": provider.name,
        "client_id": provider.client,
        "secret": _secret(base / provider.secret_file),
        "settings": {"server_url": provider.issuer},
    }
    return {"APPS": [app], "OAUTH_PKCE_ENABLED": True}


def _secret(path: Path) -> str:
    if not path.is_file():
        raise WrongInput(f"there is no file {path.name} with the provider's secret", remedy="Make it with mode 0600.")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(f"{path.name} can be read by other users", remedy=f"Run: chmod 600 {path}")
    return path.read_text(encoding="utf-8").strip()
