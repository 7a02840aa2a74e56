"""One full context and one as empty as allowed for every kind of mail, as the commands write them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from notifications.mime import Sender
from notifications.render import KEYS, LISTS, STAGE
from sop_engine.application.outbox_port import OutgoingMessage

SENDER = Sender("Sistem SOP KPU Kabupaten Pandeglang", "sop@contoh.invalid")
BASE_ADDRESS = "https://sop.contoh.invalid"
HEAD = (128, "4f1c9a0be37d52c6" * 4)
CREATED = datetime(2027, 1, 7, 9, 0, tzinfo=UTC)
NUMBER = "396/ORT.06/3601/2023"

_ALWAYS: dict[str, Any] = {
    "instansi": "Komisi Pemilihan Umum Kabupaten Pandeglang",
    "sop_nama": "Penyusunan Laporan Kinerja Komisi Pemilihan Umum Kabupaten Pandeglang",
    "sop_nomor": NUMBER,
    "penerima_nama": "Rina Contoh, S.E.",
    "penerima_jabatan": "Kepala Subbagian Keuangan, Umum, dan Logistik",
    "kasus": "1",
    "tahun": "2026",
    "tautan": "/tugas/57",
}
_STAGE: dict[str, Any] = {
    "tahap_no": "S04",
    "kegiatan": "Menyusun dan menyampaikan data capaian kinerja serta data dukung",
    "keluaran": ["Formulir pengukuran kinerja", "Bukti dukung"],
    "kelengkapan": ["Lembar kerja", "Rencana aksi kinerja", "Perjanjian Kinerja"],
    "tenggat": "Rabu, 13 Januari 2027 pukul 16.00 WIB",
    "tenggat_iso": "2027-01-13T09:00:00Z",
    "penjelasan_tenggat": "4 hari kerja sejak 7 Jan 2027; dilewati: Sabtu 9 Jan, Minggu 10 Jan",
}
_SIGNER = {
    "penerima_nama": "Bambang Contoh",
    "penerima_jabatan": "Sekretaris KPU Kabupaten Pandeglang",
    "tautan": "/pengesahan/12",
}
_PREPARATION = {
    "tahap_no": "S02",
    "kegiatan": "Menyusun jadwal, tim penyusun, dan nota dinas permintaan data",
    "keluaran": ["Daftar tim dan jadwal", "Nota dinas permintaan data"],
    "tenggat": "Kamis, 7 Januari 2027 pukul 16.00 WIB",
    "tenggat_iso": "2027-01-07T09:00:00Z",
    "penjelasan_tenggat": "1 hari kerja sejak 6 Jan 2027",
}
_VERIFICATION = {
    "tahap_no": "S05",
    "kegiatan": "Menghimpun, memverifikasi, dan mengukur capaian kinerja",
    "keluaran": ["Rekapitulasi pengukuran kinerja"],
    "tenggat": "Senin, 18 Januari 2027 pukul 16.00 WIB",
    "tenggat_iso": "2027-01-18T09:00:00.000000Z",
    "penjelasan_tenggat": "1 hari kerja sejak permintaan pengesahan",
}
_SECRETARY = {"oleh_nama": "Bambang Contoh", "oleh_jabatan": "Sekretaris KPU Kabupaten Pandeglang"}

_OWN: dict[str, dict[str, Any]] = {
    "penugasan": {
        "sebagai": "pelaksana",
        "catatan": "Realisasi anggaran triwulan IV belum dilampirkan.\n"
        "Target indikator ke-3 tidak sama dengan Perjanjian Kinerja.",
        "putaran": "2",
    },
    "permintaan_pengesahan": {
        **_SIGNER,
        **_VERIFICATION,
        "penyaji_nama": "Dewi Contoh, S.Kom.",
        "penyaji_jabatan": "Kepala Subbagian Perencanaan, Data, dan Informasi",
        "hasil": "ya",
        "hasil_keluaran": ["rekap-capaian-2026", "berita-acara-verifikasi"],
        "catatan": "Seluruh subbagian telah melengkapi bukti dukung.",
    },
    "disahkan": {**_PREPARATION, **_SECRETARY, "catatan": "Jadwal disetujui.", "tautan": "/kasus/1"},
    "pengembalian": {
        **_PREPARATION,
        **_SECRETARY,
        "catatan": "Mohon cantumkan penanggung jawab data pada setiap subbagian.",
        "tautan": "/kasus/1",
    },
    "pengingat": {"sisa": "1 hari kerja"},
    "terlambat": {"lewat": "1 hari kerja"},
    "eskalasi": {
        **_SIGNER,
        "pelaksana_nama": "Rina Contoh, S.E.",
        "pelaksana_jabatan": "Kepala Subbagian Keuangan, Umum, dan Logistik",
        "lewat": "1 hari kerja",
        "sifat": "atasan",
        "tautan": "/kasus/1",
    },
    "selesai": {
        "lingkup": "tahap",
        "selesai_pada": "Rabu, 13 Januari 2027 pukul 15.00 WIB",
        "tautan": "/kasus/1",
    },
    "revisi": {
        "paragraf": ["Waktu tahap S06 berubah dari 3 hari menjadi 4 hari kerja."],
        "dasar": "Bencana alam: banjir pada 11 Januari 2027 menutup kantor selama satu hari.",
        "tahap_terkunci": ["S01 Menerima surat permintaan LKj", "S02 Menyusun jadwal dan tim penyusun"],
        "tautan": "/edisi/1",
    },
    "berakhir": {
        "selesai_pada": "Jumat, 29 Januari 2027 pukul 15.00 WIB",
        "butir": "5",
        "bunyi": "Dengan berakhirnya tahapan kegiatan, maka SOP ini dinyatakan tidak berlaku.",
        "tautan": "/kasus/1",
    },
    "batal": {
        "alasan": "Penanggungjawab tahap S06 diubah dari Kasubbag Perencanaan menjadi Kasubbag Keuangan.",
        "berlaku_sejak": "Senin, 18 Januari 2027 pukul 10.00 WIB",
        "butir": "4",
        "bunyi": "Perubahan terhadap ruang lingkup dan penanggungjawab kegiatan mengakibatkan SOP ini batal "
        "seluruhnya.",
        "tautan": "/edisi/1",
    },
    "pemberitahuan": {
        "perihal": "SOP telah disahkan dan berlaku",
        "paragraf": [
            f"SOP Nomor {NUMBER} tentang Penyusunan Laporan Kinerja telah ditandatangani Sekretaris "
            "dan berlaku.",
            "SOP ini dilaksanakan di setiap bagian; tugas disampaikan melalui surel pada waktunya.",
        ],
        "kasus": "",
        "tahun": "",
        "tautan": "/edisi/1",
    },
    "checkpoint": {
        "nomor": "128",
        "hash": HEAD[1],
        "penerima_jabatan": "Inspektorat",
        "penerima_nama": "",
        "sop_nama": "",
        "sop_nomor": "",
        "kasus": "",
        "tahun": "",
        "tautan": "",
    },
    "uji": {
        "waktu": "Senin, 4 Januari 2027 pukul 08.15 WIB",
        "penerima_jabatan": "",
        "sop_nama": "",
        "sop_nomor": "",
        "kasus": "",
        "tahun": "",
        "tautan": "",
    },
}  # fmt: skip


def full(kind: str) -> dict[str, Any]:
    """A context with every value a command could write."""
    known = {**_ALWAYS, **(_STAGE if set(STAGE) <= set(KEYS[kind]) else {}), **_OWN[kind]}
    assert set(known) == set(KEYS[kind])
    return known


NEVER_EMPTY = frozenset(
    ("instansi", "penerima_nama", "kegiatan", "selesai_pada", "lingkup", "berlaku_sejak", "nomor", "hash")
) | {"waktu"}


def empty(kind: str) -> dict[str, Any]:
    """The same context with everything empty that may be."""
    needed = NEVER_EMPTY | (set() if kind in ("uji", "checkpoint") else {"sop_nama", "sop_nomor"})
    return {key: value if key in needed else [] if key in LISTS else "" for key, value in full(kind).items()}


SUBJECTS = {
    "penugasan": "Penugasan: {kegiatan} — tenggat {tenggat}",
    "permintaan_pengesahan": "Permintaan pengesahan: {kegiatan} — tenggat {tenggat}",
    "disahkan": "Disahkan: {kegiatan}",
    "pengembalian": "Pengembalian untuk diperbaiki: {kegiatan}",
    "pengingat": "Pengingat: {kegiatan} — tenggat {tenggat}",
    "terlambat": "Melewati tenggat: {kegiatan}",
    "eskalasi": "Laporan keterlambatan: {kegiatan}",
    "selesai": "Selesai: {kegiatan}",
    "revisi": "SOP telah direvisi",
    "berakhir": "SOP dinyatakan tidak berlaku karena tahapan telah berakhir",
    "batal": "SOP dinyatakan batal seluruhnya",
    "pemberitahuan": "{perihal}",
    "checkpoint": "Kedudukan catatan pelaksanaan",
    "uji": "Uji pengiriman surel",
}


def message(kind: str = "penugasan", number: int = 7, **changed: Any) -> OutgoingMessage:
    """A claimed message with its full context; `changed` replaces fields."""
    context = full(kind)
    name = context["penerima_nama"] or context["penerima_jabatan"]
    prefix = f"[SOP {context['sop_nomor']}] " if context["sop_nomor"] else "[SOP] "
    made = OutgoingMessage(
        office_id=1,
        id=number,
        kind=kind,
        to_name=name,
        to_address=f"{name.split()[0].lower()}@contoh.invalid",
        subject=prefix + SUBJECTS[kind].format_map(context),
        context=context,
        body=None,
        attempts=0,
        fence=1,
        created_at=CREATED,
    )
    return replace(made, **changed)


def sample_messages() -> dict[str, OutgoingMessage]:
    """Every mail a reader should have seen, by the name of its sample file."""
    samples = {kind: message(kind) for kind in KEYS}
    no_stage = {key: empty("selesai")[key] for key in STAGE} | {"kegiatan": ""}
    variants = {
        "penugasan-pertama": ("penugasan", {"catatan": "", "putaran": "1"}),
        "pengingat-saat-tenggat": ("pengingat", {"sisa": ""}),
        "eskalasi-informasi": ("eskalasi", {"sifat": "informasi"}),
        "selesai-sop": ("selesai", no_stage | {"lingkup": "sop"}),
    }
    for name, (kind, changed) in variants.items():
        context = full(kind) | changed
        told = {"kegiatan": context["sop_nama"]} if name == "selesai-sop" else {}
        subject = f"[SOP {NUMBER}] {SUBJECTS[kind].format_map(context | told)}"
        samples[name] = message(kind, context=context, subject=subject)
    return samples
