"""`hearken report` as people type it, and what a mail server and others are given of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cli import main
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import author, mention
from tests.support.pages import Contents
from tests.support.receivers import Mailbox, Receiver, mailbox, receiver

NASTY = "acme <script>window.broken=1</script> @everyone [x](https://evil.example)"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def configured(tmp_path: Path, box: Mailbox, server: Receiver) -> Path:
    path = tmp_path / "hearken.toml"
    path.write_text(
        f"""
        store = "{tmp_path / "store.db"}"
        [[brands]]
        name = "Acme"
        query = "acme"
        [outbound]
        allow = ["127.0.0.1"]
        [[alerts.channels]]
        name = "mail"
        url = "mailto://127.0.0.1:{box.port}/?from=a@b.example&to=c@d.example&mode=insecure"
        language = "zh-Hant"
        [[alerts.channels]]
        name = "chat"
        url = "json://127.0.0.1:{server.port}/hidden"
        [[alerts.channels]]
        name = "hook"
        type = "webhook"
        url = "{server.url("/hidden")}"
        secret = "hidden hidden hidden"
        """,
        "utf-8",
    )
    with SqliteStore(tmp_path / "store.db") as store:
        store.write(Write(mentions=[mention("p", hours=20, text=NASTY, author=author(NASTY, 5))]))
    return path


def test_a_mail_server_gets_the_page_and_the_file(configured: Path, box: Mailbox, tmp_path: Path) -> None:
    file = tmp_path / "acme.html"
    assert main(["report", "--period", "day", "-o", str(file), "--send", "mail", "-c", str(configured)]) == 0
    [mail] = box.mails
    assert "Acme：每日報告" in str(mail["subject"])
    page = mail.get_body(("html",))
    assert page is not None
    shown = Contents(page.get_content())
    assert "Acme被提及 1 次。" in shown.words
    assert "window.broken=1" in shown.words
    assert shown.tags & {"script", "svg"} == set()
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Acme被提及 1 次。" in text.get_content()
    assert "blockquote" not in text.get_content()
    [enclosed] = mail.iter_attachments()
    assert enclosed.get_filename() == "acme.html"
    assert enclosed.get_payload(decode=True) == file.read_bytes()
    assert "polyline" in Contents(file.read_text("utf-8")).tags


def test_without_a_file_nothing_is_enclosed(configured: Path, box: Mailbox) -> None:
    assert main(["report", "--period", "day", "--send", "mail", "--language", "en", "-c", str(configured)]) == 0
    [mail] = box.mails
    assert str(mail["subject"]).startswith("Acme: the day")
    assert list(mail.iter_attachments()) == []


def test_other_services_get_lines_in_which_nothing_is_alive(configured: Path, server: Receiver) -> None:
    assert main(["report", "--period", "day", "--send", "chat", "-c", str(configured)]) == 0
    [given] = server.given
    assert "Mentions of Acme: 1." in given.json["message"]
    assert "<" not in given.json["message"]
    assert "@everyone" not in given.json["message"]


def test_a_mail_that_is_not_taken(configured: Path, box: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    box.refuse = True
    assert main(["report", "--period", "day", "--send", "mail", "-c", str(configured)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("hearken: channel mail: ")


def test_a_channel_for_alerts_alone_says_so(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--period", "day", "--send", "hook", "-c", str(configured)]) == 1
    assert "takes alerts and no reports" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "say where the report goes"),
        (["-o", "x.docx"], ".html or .pdf"),
        (["--send", "nobody"], "there are: mail, chat, hook"),
        (["-o", "x.html", "--until", "soon"], "is not a day"),
        (["-o", "x.html", "--brand", "Akme"], "did you mean: Acme"),
    ],
)
def test_wrong_usage_is_one_line(
    configured: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *more, "-c", str(configured)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_folder_that_is_not_there(configured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "-o", str(tmp_path / "none" / "x.html"), "-c", str(configured)]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_one_brand_at_a_time(configured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = configured.read_text("utf-8") + '\n[[brands]]\nname = "Zeta"\nquery = "zeta"\n'
    configured.write_text(more, "utf-8")
    assert main(["report", "-o", str(tmp_path / "x.html"), "-c", str(configured)]) == 2
    assert "name it with --brand; there are: Acme, Zeta" in capsys.readouterr().err
