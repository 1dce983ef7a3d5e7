"""Sessions in the database, looked for only by keys as Django makes them."""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """A key that Django never made is nobody's, and may hold what a database refuses to look for.

    A cookie can say NUL; PostgreSQL would not answer, and the page would be an error.
    """

    def _validate_session_key(self, key):
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
