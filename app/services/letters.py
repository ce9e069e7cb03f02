"""What the mails say. None tells what the service is about: others may see a subject line."""

from app.services.mail import Mail


def password_reset(public_url: str, email: str, token: str) -> Mail:
    """The token stands in the fragment of the address, which no browser sends to any server."""
    return Mail(
        to=email,
        subject="Choose a new password",
        text=(
            "Somebody asked for a new password for the account with this e-mail address.\n\n"
            "To choose one, open this address within one hour:\n\n"
            f"{public_url}/reset#{token}\n\n"
            "If it was not you, there is nothing to do: your password stays as it is.\n"
        ),
    )


def session_revoked(email: str) -> Mail:
    """After two held the same refresh token."""
    return Mail(
        to=email,
        subject="One of your devices was signed out",
        text=(
            "The sign-in of one of your devices was used from two places at once, which can mean that somebody has "
            "copied it. It has been ended, and nobody can use it any more.\n\n"
            "Please sign in on your device again. If you did not expect this, choose a new password too.\n"
        ),
    )
