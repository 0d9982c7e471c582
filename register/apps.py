from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "register"
    verbose_name = "Register"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from register.session import note_sign_in

        user_logged_in.connect(note_sign_in, dispatch_uid="register.note_sign_in")
