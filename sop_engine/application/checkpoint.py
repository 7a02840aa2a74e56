"""Write the head of the record to witnesses outside the office, so that cutting or rewriting it is seen (design §7)."""

from collections.abc import Sequence
from functools import partial

from sop_engine.application.ports import Answer, Store, TickingStore, Transaction
from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.state import TICKER, Actor
from sop_engine.errors import Refusal

SUBJECT = "Titik periksa catatan pelaksanaan SOP Nomor {seq}"


def checkpoint(
    store: Store, office_id: int, institution: str, witnesses: Sequence[str], actor: Actor = TICKER
) -> Answer:
    """Queue one mail with the number and hash of the last entry to each witness; there must be two of them."""
    if len(witnesses) < 2:
        raise Refusal(
            "Titik periksa memerlukan sedikitnya dua alamat saksi di luar kantor.",
            instead="Isi SOP_WITNESSES dengan dua alamat atau lebih, dipisahkan koma.",
        )
    return store.write(office_id, partial(_queue, institution=institution, witnesses=witnesses, actor=actor))


def daily_checkpoint(
    store: TickingStore,
    office_id: int,
    institution: str,
    witnesses: Sequence[str],
    calendar: WorkCalendar,
) -> int:
    """Queue the day's checkpoint unless it was queued already; gives how many mails."""

    def once(tx: Transaction) -> int:  # asked under the office's lock: two tickers side by side queue it once
        last = store.last_checkpoint(office_id)
        if last and calendar.local_day(last) >= calendar.local_day(tx.now):
            return 0
        return len(_queue(tx, institution=institution, witnesses=witnesses, actor=TICKER)["witnesses"])

    return store.write(office_id, once)


def _queue(tx: Transaction, *, institution: str, witnesses: Sequence[str], actor: Actor) -> Answer:
    seq, digest = tx.head()
    desk = tx.desk_as(actor)
    desk.tell("record.checkpoint", head=seq, hash=digest)
    for address in witnesses:
        context = {
            "instansi": institution,
            **dict.fromkeys(("sop_nama", "sop_nomor", "penerima_jabatan", "kasus", "tahun", "tautan"), ""),
            "penerima_nama": address,
            "nomor": str(seq),
            "hash": digest,
        }
        desk.mail_to(address, "checkpoint", SUBJECT.format(seq=seq), context)
    tx.save(desk)
    return {"entries": seq, "head": digest, "witnesses": list(witnesses)}
