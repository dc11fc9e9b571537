"""Certificates for a secured stack: an authority of its own, made with the tool that comes with Elasticsearch."""

import json
import os
import shutil
import zipfile
from base64 import b64decode, encodebytes
from collections.abc import Sequence
from pathlib import Path

from deploy.stack import process
from deploy.stack.java import Java
from deploy.stack.ports import HOST
from schemas.errors import Fatal

_DAYS = "3650"
_RSA = bytes.fromhex("020100300d06092a864886f70d0101010500")  # PKCS #8, version 0, and the object id of an RSA key


def make_certificates(folder: Path, node: str, users: Sequence[str], java: Java, elasticsearch: Path) -> None:
    """Write `ca.crt`, and for the node and each user `NAME.crt` and `NAME.key`, into a folder that only we may enter.

    The node's is made out to this machine's own address, the others are for clients. All are PEM, the keys without a
    password. The authority's key is thrown away. `elasticsearch` is where the server is unpacked. Raises Fatal.
    """
    work = folder / "making"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    instances = [{"name": node, "ip": [HOST], "dns": ["localhost"]}, *({"name": user} for user in users)]
    (work / "instances.yml").write_text(json.dumps({"instances": instances}), "utf-8")  # JSON is YAML too
    authority: list[str | Path] = ["ca", "--ca-dn", "CN=hearken stack"]
    _run(authority, work / "ca.zip", java, elasticsearch)
    signed: list[str | Path] = ["cert", "--in", work / "instances.yml", "--ca-cert", work / "ca" / "ca.crt"]
    _run([*signed, "--ca-key", work / "ca" / "ca.key"], work / "certificates.zip", java, elasticsearch)
    for name in (node, *users):
        (work / name / f"{name}.crt").replace(folder / f"{name}.crt")
        key = folder / f"{name}.key"
        key.touch(0o600)
        key.write_text(pkcs8((work / name / f"{name}.key").read_text("ascii")), "ascii")
    (work / "ca" / "ca.crt").replace(folder / "ca.crt")  # last: where it is, all are
    shutil.rmtree(work)


def pkcs8(key: str) -> str:
    """Return an RSA key in the form that Kafka reads, from the form that the tool writes (PKCS #1), both PEM."""
    inner = b64decode("".join(line for line in key.splitlines() if not line.startswith("-----")))
    outer = _tagged(0x30, _RSA + _tagged(0x04, inner))
    return f"-----BEGIN PRIVATE KEY-----\n{encodebytes(outer).decode()}-----END PRIVATE KEY-----\n"


def _tagged(tag: int, content: bytes) -> bytes:
    """Return content in DER, longer than 127 bytes as every key is."""
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _run(words: Sequence[str | Path], packed: Path, java: Java, elasticsearch: Path) -> None:
    """Run the tool, and unpack beside it what it packed."""
    log = packed.parent.with_name("certificates.log")
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "ES_JAVA_HOME": str(java.home),
        "ES_PATH_CONF": str(elasticsearch / "config"),
    }
    tool: list[str | Path] = ["/bin/bash", elasticsearch / "bin" / "elasticsearch-certutil"]
    command = [*tool, *words, "--pem", "--silent", "--days", _DAYS, "--out", packed]
    if not process.finish(command, packed.parent, environment, log, None):
        raise Fatal(f"the certificates of the stack could not be made: see {log}")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(packed.parent)
