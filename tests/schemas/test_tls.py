"""TLS: the files that settings name, and what is said of those that will not do."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.settings import KafkaSettings
from schemas.tls import speaks_tls, tls_context


def settings(**fields: object) -> KafkaSettings:
    return KafkaSettings.model_validate({"security_protocol": "SSL", **fields})


def test_by_default_the_broker_has_to_show_who_it_is() -> None:
    context = tls_context(settings())
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_the_name_alone_may_be_left_unchecked() -> None:
    context = tls_context(settings(check_hostname=False))
    assert not context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize("setting", ["ca_file", "certificate_file"])
def test_a_file_that_will_not_do_is_named(setting: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"^kafka\.{setting}: .*there\.pem: No such file"):
        tls_context(settings(**{setting: tmp_path / "there.pem"}))
    (tmp_path / "there.pem").write_text("canary")
    with pytest.raises(UsageError, match=rf"^kafka\.{setting}: .*there\.pem.* no certificate in PEM") as caught:
        tls_context(settings(**{setting: tmp_path / "there.pem"}))
    assert "canary" not in str(caught.value)


def test_who_hangs_up_speaks_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        assert not speaks_tls("127.0.0.1", server.getsockname()[1])
        thread.join()
    assert not speaks_tls("127.0.0.1", 1)
