"""A changed INFORMANT_KEY: what is sealed comes under the new one, whatever interrupts; nothing is told."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import override_settings

from core.errors import DomainError
from core.files import sweep_orphans
from core.models import AuditEntry, StoredFile
from ledgers import sealing
from ledgers.actions import leads
from ledgers.actions.leads import informing, rotating
from ledgers.models import Informant
from tests.ledgers.make_leads import intake
from tests.ledgers.test_leads_informants import NAME, PHONE, WHO, agreed, tip

OLD, NEW, NEWER = "old-" * 12, "new-" * 12, "newer-" * 9
PDF = b"%PDF-1.4 letter of an informant"


def keys(new: str = NEW, *old: str):
    return override_settings(INFORMANT_KEY=new, INFORMANT_KEYS_OLD=list(old))


@pytest.fixture
def sealed(cast):
    """Three identities under the old key, one with a paper."""
    with keys(OLD):
        tip(cast)
        tip(cast, location="青石镇下湾村")
        letter = SimpleUploadedFile("赵举报来信.pdf", PDF, "application/pdf")
        leads.register_lead(
            by=cast.nr_officer, agency=cast.unit("nr"), papers=[letter],
            facts=intake(source="letter", identity=WHO, location="白杨镇柳林村"),
        )  # fmt: skip
    return cast


def paper() -> StoredFile:
    return StoredFile.objects.get(subject_kind="ledgers.informant")


def read() -> tuple[list[str], bytes, str]:
    """Every name, the paper and its name, with the keys in use."""
    row = paper()
    with row.path.open("rb") as stored:
        data = sealing.unseal_bytes(stored.read())
    names = [sealing.unseal(one.sealed)["name"] for one in Informant.objects.all()]
    return names, data, sealing.unseal(row.facts["sealed"])["name"]


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("rotate_informant_key", *args, stdout=out)
    return out.getvalue()


def test_afterwards_the_new_key_alone_reads_everything(sealed, django_capture_on_commit_callbacks):
    old = paper().path.name
    with keys(NEW, OLD), django_capture_on_commit_callbacks(execute=True):
        said = run()
    assert "举报人信息：已改用新密钥加密3条，原来就是新密钥0条，读不出0条。" in said
    assert "封存材料：已改用新密钥加密1份，原来就是新密钥0份，读不出0份。" in said
    assert "INFORMANT_KEY_OLD 可以去掉" in said
    with keys(NEW):
        assert read() == ([NAME] * 3, PDF, "赵举报来信.pdf")
    with keys(OLD), pytest.raises(DomainError):
        read()
    row = paper()
    assert not default_storage.exists(old) and row.size == Path(row.path.path).stat().st_size
    assert sweep_orphans() == 0


def test_a_custodian_sees_the_same_as_before(sealed):
    with keys(NEW, OLD):
        run()
    with keys(NEW):
        one = Informant.objects.order_by("pk").first().lead
        assert informing.see(reveal=agreed(sealed, one), by=sealed.custodian) == WHO


def test_a_second_run_changes_nothing(sealed):
    with keys(NEW, OLD):
        run()
        before = list(Informant.objects.values()), list(StoredFile.objects.values())
        said = run()
    assert "已改用新密钥加密0条，原来就是新密钥3条" in said
    assert (list(Informant.objects.values()), list(StoredFile.objects.values())) == before
    assert AuditEntry.objects.filter(verb="informant.rotated").count() == 2


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4])
def test_killed_anywhere_everything_still_opens_and_the_next_run_ends_it(sealed, monkeypatch, after):
    real, calls = sealing.reseal, []

    def dying(token: bytes) -> bytes:
        calls.append(token)
        if len(calls) > after:
            raise KeyboardInterrupt
        return real(token)

    with keys(NEW, OLD):
        monkeypatch.setattr(sealing, "reseal", dying)
        with pytest.raises(KeyboardInterrupt):
            run("--batch", "1")
        monkeypatch.setattr(sealing, "reseal", real)
        assert read() == ([NAME] * 3, PDF, "赵举报来信.pdf")
        rows = min(after, 3)
        assert f"已改用新密钥加密{3 - rows}条，原来就是新密钥{rows}条" in run()
    with keys(NEW):
        assert read() == ([NAME] * 3, PDF, "赵举报来信.pdf")


def test_a_paper_whose_row_is_not_written_keeps_its_old_bytes(sealed, monkeypatch):
    with keys(NEW, OLD):
        monkeypatch.setattr(rotating.files.audit, "record", lambda *args, **more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rotating.rotate(batch=1)
        monkeypatch.undo()
    with keys(NEW, OLD):
        assert read()[1:] == (PDF, "赵举报来信.pdf")


def test_two_changes_of_the_key_are_made_good_at_once(sealed):
    with keys(NEW, OLD):
        tip(sealed, location="黄沙乡沙梁村")
    with keys(NEWER, NEW, OLD):
        assert "加密4条" in run()
    with keys(NEWER):
        assert len(read()[0]) == 4


def test_what_no_key_fits_is_left_counted_and_said(sealed):
    before = list(Informant.objects.order_by("pk").values())
    with keys(NEW), pytest.raises(CommandError) as error:
        run()
    assert "有4件用现有密钥读不出" in str(error.value) and "INFORMANT_KEY_OLD" in str(error.value)
    assert list(Informant.objects.order_by("pk").values()) == before


def test_counted_only_nothing_is_written(sealed):
    before = list(Informant.objects.order_by("pk").values())
    with keys(NEW, OLD):
        said = run("--dry-run")
    assert "需要改用新密钥加密3条" in said and "可以去掉" not in said
    assert list(Informant.objects.order_by("pk").values()) == before
    assert not AuditEntry.objects.filter(verb="informant.rotated").exists()


def test_the_run_is_on_record_by_numbers_and_says_nothing_of_anybody(sealed, caplog):
    with keys(NEW, OLD):
        said = run("--batch", "2")
    rows = AuditEntry.objects.filter(verb="informant.rotated").order_by("id")
    assert [(row.facts["what"], row.facts["count"]) for row in rows] == [
        ("rows", 2), ("rows", 1), ("papers", 1)
    ]  # fmt: skip
    facts = str(list(AuditEntry.objects.values_list("facts", flat=True)))
    for text in (said, caplog.text, facts):
        assert NAME not in text and PHONE not in text and "来信" not in text


@pytest.mark.parametrize("batch", ["0", "-1", "99999"])
def test_a_batch_that_cannot_be_is_refused(db, batch):
    with pytest.raises(CommandError, match="每批条数应在 1 至 10000 之间"):
        run("--batch", batch)


def test_without_any_informant_there_is_nothing_to_do(db):
    assert "举报人信息：已改用新密钥加密0条" in run()
