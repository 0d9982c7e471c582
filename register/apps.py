from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "register"
    verbose_name = "Register"

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in as complete
        from allauth.mfa.models import Authenticator
        from allauth.mfa.signals import authentication_failed
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_delete, post_save

        from register import accounts, guards, second_factor, session

        user_logged_in.connect(session.note_sign_in, dispatch_uid="register.sign_in")
        complete.connect(accounts.note_provider, dispatch_uid="register.provider")
        authentication_failed.connect(second_factor.note_refused, dispatch_uid="register.code")
        post_save.connect(second_factor.note_added, Authenticator, dispatch_uid="register.factor_added")
        post_delete.connect(second_factor.note_removed, Authenticator, dispatch_uid="register.factor_removed")
        guards.follow_migrations(self)
