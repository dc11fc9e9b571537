"""TLS as the settings describe it, for every client of Kafka: whom we trust and who we are; and who speaks it."""

import socket
import ssl

from schemas.errors import UsageError
from schemas.settings import KafkaSettings


def tls_context(settings: KafkaSettings) -> ssl.SSLContext:
    """Return the context of each connection: TLS 1.2 or later, the broker's certificate verified.

    Raises UsageError, which names the setting, for a file that is missing or is not what it should be.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ca_file and str(settings.ca_file))
    except ssl.SSLError:
        raise UsageError(f"kafka.ca_file: {settings.ca_file} holds no certificate in PEM") from None
    except OSError as error:
        raise UsageError(f"kafka.ca_file: {settings.ca_file}: {error.strerror}") from None
    context.check_hostname = settings.check_hostname
    if settings.certificate_file is not None:
        files = " and ".join(str(file) for file in (settings.certificate_file, settings.key_file) if file)
        # A password always: without one, a key that has one would have it asked for on the terminal.
        password = settings.key_password.get_secret_value() if settings.key_password else ""
        try:
            context.load_cert_chain(settings.certificate_file, settings.key_file, password)
        except ssl.SSLError:
            raise UsageError(
                f"kafka.certificate_file: {files}: no certificate in PEM with its key, or kafka.key_password is wrong"
            ) from None
        except OSError as error:
            raise UsageError(f"kafka.certificate_file: {files}: {error.strerror}") from None
    return context


def speaks_tls(host: str, port: int, patience_s: float = 5) -> bool:
    """Return whether whoever listens there speaks TLS; who it is, is not asked."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), patience_s) as plain, anybody.wrap_socket(plain):
            return True
    except OSError:
        return False
