"""Write an office's record, or one case of it, as files that an inspector checks without us.

A case's export holds the whole chain (bodies name nobody), but only that case's rows and words.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sop_engine.application.verify_record import RecordView
from sop_engine.domain.record import Told
from sop_engine.domain.state import Attachment, Case, Edition, Revision, Run
from sop_engine.errors import NotFound

README = """CATATAN PELAKSANAAN SOP: EKSPOR UNTUK PEMERIKSA

Cara memeriksa (cukup Python 3.9 ke atas, tanpa pemasangan apa pun):
    python3 -I -S periksa.py . NOMOR:SIDIK
NOMOR:SIDIK disalin dari surel titik periksa atau dari kaki surel mana pun yang disimpan penerimanya.

Isi:
    entri.jsonl   setiap entri rantai, persis seperti tersimpan: nomor, jenis, kasus, isi, sidik sebelum, sidik
    baris.jsonl   keadaan setiap naskah, kasus, tahap, tugas dan pengesahan; tahap selesai membawa segelnya
    tahap.jsonl   teks baku setiap tahap yang disegel, disalin dari naskah yang berlaku baginya
    teks.jsonl    kata-kata orang, dengan garam dan sidiknya; yang dihapus atas permintaan kosong
    naskah/       naskah setiap revisi
    berkas/       isi setiap berkas yang dilampirkan, bernomor seperti barisnya
    kepala.json   jumlah entri dan sidik terakhir
    periksa.py    program pemeriksa; boleh dibaca dahulu, atau ditulis sendiri menurut isinya

Ekspor satu kasus memuat seluruh rantai, karena sidik hanya dapat dihitung dari isi; isi entri tidak memuat nama.
Kata-kata, baris dan naskah hanya milik kasus itu. Yang dibuktikannya: rantai utuh dan kasus itu lengkap.
"""


def exported(record: RecordView, case_id: int | None) -> Iterator[tuple[str, bytes]]:
    """Give (path, content) of every file of the export but the verifier; NotFound for a case that is not there."""
    genesis, seq, head = record.head()
    entries, told = list(record.entries()), Told()
    for entry in entries:
        told.hear(json.loads(entry.body))
    words = {text for text, (at, _) in told.texts.items() if case_id in (None, entries[at - 1].case_id)}
    around = _around(told, case_id) if case_id is not None else None
    chosen = [row for row in record.images() if around is None or row.id in around]
    if case_id is not None and not any(row.cls is Case for row in chosen):
        raise NotFound(f"Tidak ada kasus nomor {case_id}.", instead="Lihat daftarnya dengan `sop cases`.")
    ended = [(row.key, row.image) for row in chosen if row.cls is Run and row.image["seal"]]
    about = {"genesis": genesis, "entri": seq, "sidik": head, "kasus": case_id}
    yield "README.txt", README.encode()
    yield "kepala.json", json.dumps(about, indent=1).encode() + b"\n"
    yield "entri.jsonl", _lines(entries)
    yield "baris.jsonl", _lines((row.key, row.image) for row in chosen)
    yield "tahap.jsonl", _lines((key, record.stage_text(run["revision_id"], run["stage"])) for key, run in ended)
    yield "teks.jsonl", _lines((t.id, t.salt, t.body, t.digest) for t in record.texts() if t.id in words)
    for one in chosen:
        if one.cls is Revision:
            yield f"naskah/{one.id}.yaml", one.body.encode()
        if one.cls is Attachment and (body := record.file(one.id)):
            yield f"berkas/{one.id}", body


def _around(told: Told, case_id: int) -> set[int]:
    """The ids of a case's own rows, its edition and that edition's revisions; ids are unique in an office."""
    edition = told.rows.get(f"{Case.table}/{case_id}", {}).get("edition_id")
    own = (key for key, row in told.rows.items() if row.get("case_id") == case_id)
    texts = (key for key, row in told.rows.items() if edition and row.get("edition_id") == edition)
    naskah = (key for key in texts if key.startswith(Revision.table))
    found = chain(own, naskah, [f"{Edition.table}/{edition}", f"{Case.table}/{case_id}"])
    return {int(key.partition("/")[2]) for key in found if key.partition("/")[2].isdigit()}


def _lines(values: Iterable[Any]) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n" for value in values).encode()
