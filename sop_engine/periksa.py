#!/usr/bin/env python3
"""Pemeriksa mandiri ekspor catatan SOP. Hanya memakai pustaka baku Python (3.9 ke atas).

    python3 -I -S periksa.py [FOLDER] [NOMOR:SIDIK ...]

FOLDER adalah hasil `sop audit export` (bawaan: folder berkas ini). NOMOR:SIDIK adalah titik periksa yang Saudara
simpan sendiri: dari surel titik periksa, atau dari kaki surel mana pun (12 huruf pertama sidik sudah cukup).
Tanpa titik periksa dari luar, pemotongan ekor atau penulisan ulang seluruh catatan tidak dapat diketahui.
"""

import hashlib
import json
import re
import sys
from pathlib import Path


class Rusak(Exception):
    """Kerusakan pertama yang ditemukan."""


def sidik(*bagian):
    return hashlib.sha256(b"".join(bagian)).hexdigest()


def baku(nilai):
    """JSON baku (RFC 8785): kunci berurutan, tanpa spasi."""
    return json.dumps(nilai, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def baris_json(berkas):
    return [json.loads(baris) for baris in berkas.read_text("utf-8").split("\n") if baris]


def titik(argumen):
    cocok = re.fullmatch(r"(\d+):([0-9a-f]{12,64})", argumen.lower())
    if not cocok:
        raise Rusak("titik periksa «%s» tidak terbaca; tulis NOMOR:SIDIK, sidik paling sedikit 12 huruf" % argumen)
    return int(cocok[1]), cocok[2]


def periksa_rantai(folder, kepala, titik_titik):
    """Setiap entri: nomor berurutan, tersambung, sidiknya benar. Memberi isi baris dan teks menurut catatan."""
    sebelum, tercatat, teks = kepala["genesis"], {}, {}
    entri = baris_json(folder / "entri.jsonl")
    for nomor, (seq, jenis, kasus, isi, prev, hash_) in enumerate(entri, 1):
        if seq != nomor:
            raise Rusak("entri %d: nomor urut melompat, tertulis %s" % (nomor, seq))
        if prev != sebelum:
            raise Rusak("entri %d: tidak tersambung dengan entri sebelumnya" % nomor)
        if sidik(b"sop-audit-v1\0", bytes.fromhex(prev), isi.encode()) != hash_:
            raise Rusak("entri %d: isinya diubah" % nomor)
        kata = json.loads(isi)
        if [kata["seq"], kata["kind"], kata["case"]] != [seq, jenis, kasus]:
            raise Rusak("entri %d: kolom di samping isinya diubah" % nomor)
        for kunci, nilai in kata["sets"].items():
            tercatat.setdefault(kunci, {}).update(nilai)
        for fakta in kata["facts"].values():
            if isinstance(fakta, dict) and set(fakta) == {"text", "digest"}:
                teks[fakta["text"]] = fakta["digest"], kasus
        sebelum = hash_
    if (len(entri), sebelum) != (kepala["entri"], kepala["sidik"]):
        raise Rusak("jumlah entri atau sidik terakhir tidak sama dengan kepala.json")
    for nomor, awal in titik_titik:
        if not 0 < nomor <= len(entri):
            raise Rusak("catatan berakhir pada entri %d, padahal ada titik periksa %d" % (len(entri), nomor))
        if not entri[nomor - 1][5].startswith(awal):
            raise Rusak("sidik entri %d berbeda dari titik periksa: catatan ditulis ulang" % nomor)
    return tercatat, teks


def periksa_baris(folder, kepala, tercatat):
    """Setiap baris sama dengan catatan; naskah cocok dengan sidiknya; segel cocok dengan tahap dan isinya."""
    ada, tahap, segel = dict(baris_json(folder / "baris.jsonl")), dict(baris_json(folder / "tahap.jsonl")), 0
    for kunci, baris in ada.items():
        if tercatat.get(kunci) != baris:
            raise Rusak("baris %s tidak sama dengan catatan" % kunci)
        tabel, nomor = kunci.split("/")
        naskah = folder / "naskah" / (nomor + ".yaml")
        if tabel == "revisions" and sidik(naskah.read_bytes()) != baris["digest"]:
            raise Rusak("naskah %s.yaml bukan naskah yang dicatat" % nomor)
        terlampir, berkas = tabel == "attachments" and baris["state"] == "attached", folder / "berkas" / nomor
        if terlampir and sidik(berkas.read_bytes()) != baris["digest"]:
            raise Rusak("berkas %s bukan berkas yang dicatat" % nomor)
        if tabel == "stage_runs" and baris["state"] in ("completed", "returned"):
            isi = {nama: nilai for nama, nilai in baris.items() if nama not in ("seal", "version")}
            digest = sidik(tahap[kunci].encode())
            if sidik(b"sop-seal-v1\0", baku({"stage": digest, "run": isi})) != baris["seal"]:
                raise Rusak("segel %s tidak cocok dengan isi atau naskah tahapnya" % kunci)
            segel += 1
    if kepala["kasus"] is None:
        perlu = set(tercatat)
    else:  # ekspor satu kasus: semua baris yang menyebut kasus itu
        nomor = kepala["kasus"]
        perlu = {k for k, nilai in tercatat.items() if nilai.get("case_id") == nomor} | {"cases/%d" % nomor}
    if perlu - set(ada):
        raise Rusak("baris %s tercatat tetapi tidak ada dalam ekspor" % sorted(perlu - set(ada))[0])
    return len(ada), segel


def periksa_teks(folder, kepala, tercatat):
    """Setiap teks cocok dengan sidik bergaramnya; teks yang dihapus atas permintaan kosong."""
    hapus, ada = 0, {}
    for nomor, garam, isi, digest in baris_json(folder / "teks.jsonl"):
        ada[nomor] = digest
        if tercatat.get(nomor, ("", 0))[0] != digest:
            raise Rusak("teks %s bukan teks yang dicatat" % nomor)
        if isi and (bytes.fromhex(garam).hex() != garam or sidik(bytes.fromhex(garam), isi.encode()) != digest):
            raise Rusak("teks %s diubah" % nomor)
        hapus += not isi
    perlu = {n for n, (_, kasus) in tercatat.items() if kepala["kasus"] in (None, kasus)}
    if perlu - set(ada):
        raise Rusak("teks %s tercatat tetapi tidak ada dalam ekspor" % min(perlu - set(ada)))
    return len(ada), hapus


def main(argumen):
    folder = Path(__file__).resolve().parent
    if argumen and ":" not in argumen[0]:
        folder, argumen = Path(argumen[0]), argumen[1:]
    try:
        titik_titik = [titik(satu) for satu in argumen]
        kepala = json.loads((folder / "kepala.json").read_text("utf-8"))
        tercatat, teks = periksa_rantai(folder, kepala, titik_titik)
        baris, segel = periksa_baris(folder, kepala, tercatat)
        banyak, hapus = periksa_teks(folder, kepala, teks)
    except Rusak as rusak:
        print("TIDAK UTUH: %s." % rusak)
        return 1
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as rusak:
        print("TIDAK UTUH: ekspor tidak terbaca (%s: %s)." % (type(rusak).__name__, rusak))
        return 1
    print("UTUH: %d entri, %d baris, %d segel, %d teks (%d dihapus)." % (kepala["entri"], baris, segel, banyak, hapus))
    print("Kepala rantai: %d:%s" % (kepala["entri"], kepala["sidik"]))
    print("Titik periksa dari luar yang cocok: %d." % len(titik_titik))
    if not titik_titik:
        print("PERHATIAN: tanpa titik periksa dari luar, ekor yang dipotong tidak dapat diketahui.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
