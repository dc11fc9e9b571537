"""Who a worker is to the brokers, in the form that Faust wants it."""

from faust.auth import Credentials, SASLCredentials, SSLCredentials

from schemas.settings import KafkaSettings
from schemas.tls import tls_context


def credentials(kafka: KafkaSettings) -> Credentials | None:
    """Return the credentials of an app, None for plaintext. Raises UsageError for files that cannot be used.

    Faust hands them to each of its clients: the consumer, which also recovers the tables, and the producer.
    """
    if kafka.security_protocol == "PLAINTEXT":
        return None
    context = tls_context(kafka)
    if kafka.security_protocol == "SSL" or kafka.password is None:
        return SSLCredentials(context)
    return SASLCredentials(
        username=kafka.username,
        password=kafka.password.get_secret_value(),
        ssl_context=context,
        mechanism=kafka.sasl_mechanism,
    )
