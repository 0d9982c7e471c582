"""An OpenID Connect provider (django-oauth-toolkit) in a process of its own: `python -m tests.openid_provider FOLDER`.

It has three people and knows one client. Prints its address when it listens; ends with its standard input.
"""

import sys
import threading
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

CLIENT, SECRET = "koppelkamer", "what the provider and the room know"
BACK = "http://localhost/sign-in/by/provider/back/"
PEOPLE = {"dora": "the word of dora", "lea": "the word of lea", "stranger": "the word of a stranger"}

if __name__ == "__main__":
    from django.conf import settings

    folder = Path(sys.argv[1])
    apps = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"]
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.db"}},
        INSTALLED_APPS=apps,
        MIGRATION_MODULES={app.rpartition(".")[2]: None for app in apps},  # tables at once, not step by step
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        ROOT_URLCONF="tests.openid_provider_site",
        LOGIN_URL="/login/",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": (folder / "key.pem").read_text(),
            "OAUTH2_VALIDATOR_CLASS": "tests.openid_provider_site.Claims",
            "SCOPES": {"openid": "", "profile": "", "email": ""},
        },
    )
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import get_application_model

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name, password in PEOPLE.items():
        User.objects.create_user(name, f"{name}@example.nl", password)
    known: dict[str, Any] = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": BACK}
    get_application_model().objects.create(
        **known, client_type="confidential", authorization_grant_type="authorization-code",
        algorithm="RS256", skip_authorization=True,
    )  # fmt: skip
    server = make_server("127.0.0.1", 0, get_wsgi_application())
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201  (to who started it)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
