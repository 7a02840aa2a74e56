"""One sound SOP and its organisation, and a table of small mutations: each must be found at its line.

A row is (code, old, new, lines down): `old` stands once in the text and is replaced by `new`; the problem is
expected so many lines below where `old` began. `END` appends, `ALL` replaces the whole text.
"""

SOUND = """\
format: sop/1
sop: izin-keramaian
asal: dokumen
identitas:
  nomor: 12/PEL/2026
  nama: Pelayanan Izin Keramaian
  tanggal_pembuatan: 2026-01-05
  tanggal_revisi:
  tanggal_efektif: 2026-01-05
  disahkan_oleh: {jabatan: kepala, nama: Ayu Contoh}
  dasar_hukum:
    - Peraturan Daerah tentang Izin
ruang_lingkup:
  objek: Izin keramaian
  unit: [kantor, loket]
penanggungjawab: kepala
organisasi: kantor-contoh
mengetahui: [arsip]
ketentuan:
  - butir: 1
    aturan: dilaksanakan_setiap_bagian
    teks: Dilaksanakan di setiap bagian.
  - butir: 2
    aturan: batal_bila_berubah
    objek: [ruang_lingkup, penanggungjawab]
    bila: salah_satu
    teks: Perubahan membatalkan.
jadwal:
  zona_waktu: Asia/Makassar
  siklus: per_permohonan
  batas:
    - id: layanan
      tahap: penyerahan
      tanggal: 14 hari sesudah permohonan
      jenis: internal
  pengingat: [1 hari sebelum, saat tenggat]
  eskalasi: [1 hari sesudah]
tahapan:
  - id: permohonan
    no: 1
    kegiatan: Mengajukan permohonan
    pelaksana: pemohon
    kelengkapan: Formulir
    waktu: 30 menit
    keluaran: Berkas permohonan
  - id: pemeriksaan
    kegiatan: Memeriksa berkas
    pelaksana: [petugas, kepala_loket]
    penanggungjawab: kepala_loket
    kelengkapan: [Berkas permohonan]
    waktu: 1-3 hari
    keluaran: [Berkas lengkap]
    keputusan:
      tanya: Berkas lengkap?
      ya: lanjut
      tidak: kembali ke permohonan
      ditolak: ke penyerahan
  - paralel:
      id: kajian
      selesai_bila: semua
      cabang:
        - - id: kajian_teknis
            kegiatan: Mengkaji teknis
            untuk_setiap: [petugas, juru_ukur]
            selesai_bila: 1
            penanggungjawab: pelaksana
            kelengkapan: [Berkas lengkap]
            waktu: 2 jam
            keluaran: [Telaahan]
        - - id: sidang
            kegiatan: Menyidangkan
            pelaksana: tim
            kelengkapan: [Berkas lengkap]
            waktu: 5 hari kalender
            keluaran: [Telaahan]
  - id: penyerahan
    kegiatan: Menyerahkan keputusan
    pelaksana: petugas
    kelengkapan: [Telaahan]
    waktu: 1 hari
    tidak_sebelum: sesudah permohonan
    tembusan: [pemohon]
    pengesahan: [kepala]
    lalu: selesai
"""

ORGANISATION = """\
format: organisasi/1
id: kantor-contoh
nama: Kantor Contoh
unit:
  kantor: {nama: Kantor}
  loket: {nama: Loket, alias: [Pelayanan]}
  arsip: {nama: Arsip}
  umum: {nama: Masyarakat}
jabatan:
  kepala: {nama: Kepala, unit: kantor}
  kepala_loket: {nama: Kepala Loket, unit: loket, atasan: kepala}
  petugas: {nama: Petugas, unit: loket, atasan: kepala_loket, surel: loket@contoh.go.id}
  juru_ukur: {nama: Juru Ukur, unit: kantor, atasan: kepala}
  pemohon: {nama: Pemohon, unit: umum, luar: ya, dicatat_oleh: petugas}
kelompok:
  tim: {nama: Tim, anggota: [kepala, kepala_loket, juru_ukur], kuorum: 2}
"""

END, ALL = "<end>", "<all>"
Row = tuple[str, str, str, int]

FILE: list[Row] = [
    ("BUKAN_UTF8", "Ayu", "Ay\udcff", 0),
    ("BUKAN_UTF8", ALL, "\udcff\udcfef\x00o\x00", 0),
    ("BUKAN_UTF8", ALL, "{\\rtf1 format: sop/1}", 0),
    ("BUKAN_UTF8", ALL, "%PDF-1.7", 0),
    ("BUKAN_UTF8", ALL, "PK\x03\x04xl", 0),
    ("BOM", "format: sop/1", "\ufeffformat: sop/1", 0),
    ("TERLALU_BESAR", END, "#" * 1_000_000, -999),
    ("TERLALU_BANYAK", ALL, "a:\n" + "- x\n" * 60_000, 59_996),
    ("TERLALU_DALAM", ALL, "a: " + "[" * 50, 0),
    ("TERLALU_DALAM", ALL, "[" * 50_000, 0),
    ("TERLALU_DALAM", ALL, "{a: " * 50_000, 0),
    ("TERLALU_DALAM", ALL, "- " * 50_000, 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin \u202ekeramaian", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin\u200bkeramaian", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin\u00a0keramaian", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin\u2028keramaian", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin keramaia\ufffd", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin kerame\u0301", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin \ue000", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin \ufeffkeramaian", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin \x7f", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", "Izin \x85keramaian", 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", '"Izin \\u202e"', 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", '"Izin \\0"', 0),
    ("KARAKTER_TERLARANG", "Izin keramaian", '"Izin \\a"', 0),
    ("YAML_RUSAK", "objek: Izin keramaian", "objek: Izin: keramaian", 0),
    ("YAML_RUSAK", "objek: Izin keramaian", "objek: 'Izin keramaian", 0),
    ("YAML_RUSAK", "objek: Izin keramaian", "objek: @izin", 0),
    ("YAML_RUSAK", "objek: Izin keramaian", "objek: `izin`", 0),
    ("YAML_RUSAK", "objek: Izin keramaian", "objek: %izin", 0),
    ("YAML_RUSAK", "  objek: Izin keramaian", "\tobjek: Izin keramaian", 0),
    ("YAML_RUSAK", "  objek: Izin keramaian", " objek: Izin keramaian", 1),
    ("YAML_RUSAK", "objek: Izin keramaian", 'objek: "\\ud800"', 0),
    ("YAML_RUSAK", "objek: Izin keramaian", 'objek: "\\q"', 0),
    ("YAML_RUSAK", "unit: [kantor, loket]", "unit: [kantor, loket", 0),
    ("YAML_RUSAK", "mengetahui: [arsip]", "mengetahui: arsip]\n: x", 1),
    ("YAML_RUSAK", ALL, "%YAML 1.1\n---\nformat: sop/1", 0),
    ("YAML_RUSAK", ALL, "}", 0),
    ("YAML_RUSAK", ALL, "%FOO\n---\na: 1", 0),
    ("DOKUMEN_GANDA", END, "---\nformat: sop/1\n", 0),
    ("JANGKAR", "objek: Izin keramaian", "objek: &izin Izin keramaian", 0),
    ("JANGKAR", "objek: Izin keramaian", "objek: *izin", 0),
    ("TAG", "objek: Izin keramaian", "objek: !!python/object/apply:os.system [ls]", 0),
    ("TAG", "objek: Izin keramaian", "objek: !!str Izin", 0),
    ("TAG", "objek: Izin keramaian", "objek: ! Izin", 0),
    ("KUNCI_GANDA", "  objek: Izin keramaian", "  objek: Izin keramaian\n  objek: Izin", 1),
    ("KUNCI_GANDA", END, "sop: lain\n", 0),
    ("KUNCI_BUKAN_TEKS", "objek: Izin keramaian", "objek: {{ 7*7 }}", 0),
    ("KUNCI_BUKAN_TEKS", "objek: Izin keramaian", "? [objek]\n  : Izin", 0),
    ("KOSONG", ALL, "", 0),
    ("KOSONG", ALL, "# hanya komentar\n", 0),
    ("BENTUK_SALAH", ALL, "format", 0),
    ("BENTUK_SALAH", ALL, "- format: sop/1", 0),
    ("BERLANJUT", ALL, "".join(f"kunci{n}: x\n" for n in range(300)), 194),
]

VALUES: list[Row] = [
    ("KUNCI_TAK_DIKENAL", "nomor: 12", "no: 12/PEL/2026\n  nomor: 12", 0),
    ("KUNCI_TAK_DIKENAL", "mengetahui:", "mengetahuii:", 0),
    ("KUNCI_TAK_DIKENAL", END, "<<: {a: b}\n", 0),
    ("KUNCI_TAK_DIKENAL", END, "number: 1\n", 0),
    ("KUNCI_TAK_DIKENAL", "    no: 1\n", "    after: os.system\n", 0),
    ("KUNCI_TAK_DIKENAL", "      id: kajian\n", "      id: kajian\n      waktu: 1 hari\n", 1),
    ("KUNCI_TAK_DIKENAL", "  siklus:", "  siklis: sekali\n  siklus:", 0),
    ("KUNCI_KURANG", "sop: izin-keramaian\n", "", -1),
    ("KUNCI_KURANG", "  nomor: 12/PEL/2026\n", "", -1),
    ("KUNCI_KURANG", "{jabatan: kepala, nama: Ayu Contoh}", "{nama: Ayu Contoh}", 0),
    ("KUNCI_KURANG", "    kegiatan: Memeriksa berkas\n", "", -1),
    ("KUNCI_KURANG", "      tanya: Berkas lengkap?\n", "", -1),
    ("KUNCI_KURANG", "organisasi: kantor-contoh\n", "", -16),
    ("KOSONG", "kegiatan: Memeriksa berkas", "kegiatan:", 0),
    ("KOSONG", "kegiatan: Memeriksa berkas", "kegiatan: '  '", 0),
    ("KOSONG", "pelaksana: [petugas, kepala_loket]", "pelaksana: []", 0),
    ("KOSONG", "kelengkapan: Formulir", "kelengkapan: ['']", 0),
    ("BENTUK_SALAH", "kegiatan: Memeriksa berkas", "kegiatan: [Memeriksa]", 0),
    ("BENTUK_SALAH", "kelengkapan: Formulir", "kelengkapan: {a: b}", 0),
    ("BENTUK_SALAH", "mengetahui: [arsip]", "mengetahui: {arsip: ya}", 0),
    ("BENTUK_SALAH", "disahkan_oleh: {jabatan: kepala, nama: Ayu Contoh}", "disahkan_oleh: kepala", 0),
    ("BENTUK_SALAH", "  - id: penyerahan", "  - sisipan\n  - id: penyerahan", 0),
    ("TERLALU_PANJANG", "no: 1\n", "no: 123456789012345678901\n", 0),
    ("TERLALU_PANJANG", "kegiatan: Memeriksa berkas", "kegiatan: " + "x" * 4001, 0),
    ("PILIHAN_SALAH", "format: sop/1", "format: sop/2", 0),
    ("PILIHAN_SALAH", "siklus: per_permohonan", "siklus: per_pemohonan", 0),
    ("PILIHAN_SALAH", "zona_waktu: Asia/Makassar", "zona_waktu: WITA", 0),
    ("PILIHAN_SALAH", "aturan: dilaksanakan_setiap_bagian", "aturan: os.system", 0),
    ("PILIHAN_SALAH", "objek: [ruang_lingkup, penanggungjawab]", "objek: [ruang_lingkup, pelaksana]", 0),
    ("PILIHAN_SALAH", "asal: dokumen", "asal: karangan", 0),
    ("PILIHAN_SALAH", "jenis: internal", "jenis: internal\n      diisi_saat_mulai: NO", 1),
    ("PILIHAN_SALAH", "jenis: internal", "jenis: internal\n      diisi_saat_mulai: true", 1),
    ("ID_SALAH", "id: pemeriksaan", "id: Pemeriksaan", 0),
    ("ID_SALAH", "id: pemeriksaan", "id: 0123", 0),
    ("ID_SALAH", "id: pemeriksaan", "id: " + "p" * 41, 0),
    ("ID_SALAH", "id: pemeriksaan", "id: \u0440emeriksaan", 0),
    ("ID_SALAH", "id: pemeriksaan", "id: selesai", 0),
    ("ID_SALAH", "id: pemeriksaan", "id: pelaksana", 0),
    ("ID_SALAH", "id: pemeriksaan", 'id: "pemeriksaan\\n"', 0),
    ("ID_SALAH", "sop: izin-keramaian", "sop: ../izin", 0),
    ("ID_SALAH", "organisasi: kantor-contoh", "organisasi: ../../etc/passwd", 0),
    ("ID_SALAH", "penanggungjawab: kepala\n", "penanggungjawab: '{{ 7*7 }}'\n", 0),
    ("GANDA", "[petugas, juru_ukur]", "[petugas, petugas]", 0),
    ("GANDA", "mengetahui: [arsip]", "mengetahui: [arsip, arsip]", 0),
    ("BILANGAN_SALAH", "butir: 1\n", "butir: 01\n", 0),
    ("BILANGAN_SALAH", "butir: 1\n", "butir: 1.0\n", 0),
    ("BILANGAN_SALAH", "butir: 1\n", "butir: " + "9" * 5000 + "\n", 0),
    ("BILANGAN_SALAH", "butir: 1\n", "butir: satu\n", 0),
    ("BILANGAN_SALAH", "selesai_bila: 1", "selesai_bila: 0", 0),
    ("BILANGAN_SALAH", "selesai_bila: 1", "selesai_bila: ²", 0),
    ("BILANGAN_SALAH", "selesai_bila: 1", "selesai_bila: -1", 0),
    ("TANGGAL_SALAH", "tanggal_pembuatan: 2026-01-05", "tanggal_pembuatan: 2026-02-30", 0),
    ("TANGGAL_SALAH", "tanggal_pembuatan: 2026-01-05", "tanggal_pembuatan: 5 Januari 2026", 0),
    ("TANGGAL_SALAH", "tanggal_pembuatan: 2026-01-05", "tanggal_pembuatan: ٢٠٢٦", 0),
    ("TANGGAL_SALAH", "tanggal_pembuatan: 2026-01-05", "tanggal_pembuatan: 2026-13", 0),
    ("TANGGAL_SALAH", "tanggal: 14 hari sesudah permohonan", "tanggal: 30 Februari", 0),
    ("TANGGAL_SALAH", "tanggal: 14 hari sesudah permohonan", "tanggal: kapan saja", 0),
    ("TANGGAL_SALAH", "tidak_sebelum: sesudah permohonan", "tidak_sebelum: 17:00", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu: 17:00", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu: 3-1 hari", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu: 3", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu: 1e9 hari", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu: 999999 hari", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu: 0 hari", 0),
    ("WAKTU_SALAH", "waktu: 1-3 hari", "waktu:", 0),
    ("TINGKAT_SALAH", "[1 hari sebelum, saat tenggat]", "[1 hari sebelum, kemarin]", 0),
    ("TINGKAT_SALAH", "eskalasi: [1 hari sesudah]", "eskalasi: [1000 hari sesudah]", 0),
    ("TUJUAN_SALAH", "ya: lanjut", "ya: terus", 0),
    ("TUJUAN_SALAH", "tidak: kembali ke permohonan", "tidak: kembali", 0),
    ("TUJUAN_SALAH", "lalu: selesai", "lalu: __import__('os')", 0),
    ("KEPUTUSAN_SALAH", "      tidak: kembali ke permohonan\n      ditolak: ke penyerahan\n", "", -3),
    ("KEPUTUSAN_SALAH", "ditolak: ke penyerahan", "Tidak Tahu: ke penyerahan", -4),
    ("KEPUTUSAN_SALAH", "ditolak: ke penyerahan", "lanjut: ke penyerahan", -4),
    ("PELAKSANA_SALAH", "    pelaksana: [petugas, kepala_loket]\n", "", -2),
    (
        "PELAKSANA_SALAH",
        "untuk_setiap: [petugas, juru_ukur]",
        "pelaksana: petugas\n            untuk_setiap: petugas",
        -2,
    ),
]

WHOLE: list[Row] = [
    ("ID_GANDA", "id: sidang", "id: kajian_teknis", 0),
    ("ID_GANDA", "id: kajian\n", "id: pemeriksaan\n", 0),
    ("ID_GANDA", "butir: 2", "butir: 1", 0),
    ("ID_GANDA", "      jenis: internal\n", "    - {id: layanan, tahap: sidang, tanggal: 5 Mei}\n", 0),
    (
        "ATURAN_GANDA",
        "teks: Perubahan membatalkan.",
        "teks: x\n  - {butir: 3, aturan: dilaksanakan_setiap_bagian, teks: x}",
        1,
    ),
    ("OBJEK_KOSONG", "    objek: [ruang_lingkup, penanggungjawab]\n", "", -1),
    ("OBJEK_TANPA_ATURAN", "    teks: Dilaksanakan", "    objek: [ruang_lingkup]\n    teks: Dilaksanakan", 0),
    ("TAHAP_TAK_DIKENAL", "kembali ke permohonan", "kembali ke permohonann", 0),
    ("TAHAP_TAK_DIKENAL", "ke penyerahan", "ke kajian", 0),
    ("TAHAP_TAK_DIKENAL", "tahap: penyerahan", "tahap: penyerahen", 0),
    ("TAHAP_TAK_DIKENAL", "14 hari sesudah permohonan", "14 hari sesudah mohon", 0),
    ("TAHAP_TAK_DIKENAL", "tidak_sebelum: sesudah permohonan", "tidak_sebelum: sesudah mohon", 0),
    ("TUJUAN_LUAR_DAFTAR", "ditolak: ke penyerahan", "ditolak: ke sidang", 0),
    ("TUJUAN_BUKAN_MUNDUR", "tidak: kembali ke permohonan", "tidak: kembali ke penyerahan", 0),
    ("TUJUAN_BUKAN_MAJU", "ditolak: ke penyerahan", "ditolak: ke permohonan", 0),
    ("TUJUAN_BUKAN_MAJU", "ditolak: ke penyerahan", "ditolak: ke pemeriksaan", 0),
    (
        "LALU_KEPUTUSAN",
        "      ditolak: ke penyerahan\n",
        "      ditolak: ke penyerahan\n    lalu: selesai\n",
        1,
    ),
    (
        "KEPUTUSAN_UNTUK_SETIAP",
        "pelaksana: [petugas, kepala_loket]",
        "untuk_setiap: [petugas, kepala_loket]",
        5,
    ),
    ("PENANGGUNGJAWAB_PELAKSANA", "penanggungjawab: kepala_loket", "penanggungjawab: pelaksana", 0),
    ("SELESAI_BILA", "selesai_bila: 1", "selesai_bila: 3", 0),
    ("SELESAI_BILA", "selesai_bila: semua", "selesai_bila: 3", 0),
    ("SELESAI_BILA", "    no: 1\n", "    selesai_bila: 1\n", 0),
    ("SELESAI_BILA", "pengesahan: [kepala]", "pengesahan: {oleh: kepala, selesai_bila: 2}", 0),
    ("DAHULU_SALAH", "    no: 1\n", "    dahulu: sidang\n", 0),
    ("URUTAN_SALAH", "tidak_sebelum: sesudah permohonan", "tidak_sebelum: sesudah penyerahan", 0),
    ("URUTAN_SALAH", "14 hari sesudah permohonan", "14 hari sesudah penyerahan", 0),
    ("URUTAN_SALAH", "  siklus: per_permohonan", "  siklus: per_permohonan\n  mulai: sesudah sidang", 1),
    ("TAK_TERCAPAI", "    no: 1\n", "    lalu: ke penyerahan\n", 6),
    ("JABATAN_TAK_DIKENAL", "penanggungjawab: kepala\n", "penanggungjawab: kepalaa\n", 0),
    ("JABATAN_TAK_DIKENAL", "{jabatan: kepala, nama", "{jabatan: bupati, nama", 0),
    ("JABATAN_TAK_DIKENAL", "[petugas, kepala_loket]", "[petugas, kepala_lokett]", 0),
    ("JABATAN_TAK_DIKENAL", "[petugas, juru_ukur]", "[petugas, juru_gambar]", 0),
    ("JABATAN_TAK_DIKENAL", "pengesahan: [kepala]", "pengesahan: [bupati]", 0),
    ("JABATAN_TAK_DIKENAL", "tembusan: [pemohon]", "tembusan: [bupati]", 0),
    ("BUKAN_JABATAN", "pengesahan: [kepala]", "pengesahan: [tim]", 0),
    ("BUKAN_JABATAN", "tembusan: [pemohon]", "tembusan: [tim]", 0),
    ("PIHAK_LUAR", "penanggungjawab: kepala_loket", "penanggungjawab: pemohon", 0),
    ("PIHAK_LUAR", "pengesahan: [kepala]", "pengesahan:\n      oleh: [pemohon]", 1),
    ("KELOMPOK_DALAM_DAFTAR", "pelaksana: tim", "pelaksana: [tim, petugas]", 0),
    ("UNIT_TAK_DIKENAL", "mengetahui: [arsip]", "mengetahui: [arsip, asrip]", 0),
    ("UNIT_TAK_DIKENAL", "unit: [kantor, loket]", "unit: [kantor, lokat]", 0),
    ("UNIT_TANPA_TUGAS", "mengetahui: [arsip]\n", "", 1),
    ("PENGESAH_PELAKSANA", "pengesahan: [kepala]", "pengesahan: [petugas]", 0),
    ("PENGESAH_PELAKSANA", "    pelaksana: tim\n", "    pelaksana: tim\n            pengesahan: kepala\n", 1),
    ("PENGESAH_PENCATAT", "    no: 1\n", "    pengesahan: petugas\n", 0),
    ("ORGANISASI_TIDAK_ADA", "organisasi: kantor-contoh", "organisasi: kantor-lain", 0),
]

WITH_OTHERS: list[Row] = [
    ("LALU_MUNDUR", "lalu: selesai", "lalu: kembali ke permohonan", 0),
    (
        "TAK_BERUJUNG",
        "    lalu: selesai\n",
        "    keputusan: {tanya: Lagi?, ya: kembali ke pemeriksaan, tidak: kembali ke permohonan}\n",
        -8,
    ),
]

WARNINGS: list[Row] = [
    ("NOMOR_TIDAK_KONSISTEN", "  nama: Pelayanan", "  nomor_lampiran: 21/PEL/2026\n  nama: Pelayanan", 0),
    ("TANGGAL_REVISI", "tanggal_revisi:", "tanggal_revisi: 2025-12-31", 0),
    ("TANGGAL_EFEKTIF", "tanggal_efektif: 2026-01-05", "tanggal_efektif: 2026-01-04", 0),
    ("LINGKUP_KOSONG", "ruang_lingkup:\n  objek: Izin keramaian\n  unit: [kantor, loket]\n", "", 9),
    ("ASAL_KOSONG", "asal: dokumen\n", "", 35),
    ("SUMBER_KOSONG", "    no: 1\n", "    asal: rekonstruksi\n", 0),
    ("REKONSTRUKSI_TAK_DIKENAL", "    no: 1\n", "    rekonstruksi: [waktuu]\n", 0),
    ("KELUARAN_TAK_TERPAKAI", "keluaran: [Berkas lengkap]", "keluaran: [Nota]", 0),
    ("AKHIR_TANPA_TEMBUSAN", "    tembusan: [pemohon]\n", "", -6),
    ("TANPA_WAKTU", "    waktu: 30 menit\n", "", -5),
    ("MENIT_SEHARI", "waktu: 30 menit", "waktu: 480 menit", 0),
    ("MENIT_SEHARI", "waktu: 2 jam", "waktu: 24 jam", 0),
    ("SIKLUS_SATU_EDISI", "aturan: dilaksanakan_setiap_bagian", "aturan: tidak_berlaku_saat_berakhir", 9),
    ("SIKLUS_GANDA", "  siklus: per_permohonan", "  siklus: bulanan\n  mulai: 1 Maret", 1),
    (
        "SIKLUS_GANDA",
        "  siklus: per_permohonan",
        "  siklus: tahun_anggaran\n  mulai: hari kerja pertama bulan berikutnya",
        1,
    ),
    ("TINGKAT_GANDA", "[1 hari sebelum, saat tenggat]", "[1 hari sebelum, 1 hari sebelum]", 0),
    ("TINGKAT_TERBALIK", "eskalasi: [1 hari sesudah]", "eskalasi: [1 hari sebelum]", 0),
    ("BATAS_TERLAMPAUI", "tanggal: 14 hari sesudah permohonan", "tanggal: 5 hari sesudah permohonan", -2),
    ("KALENDER_BELUM_DITETAPKAN", "  siklus: per_permohonan", "  siklus: sekali", -2),
    (
        "BATAS_HARI_LIBUR",  # 28 February 2026 is a Saturday
        "  siklus: per_permohonan\n  batas:\n    - id: layanan\n      tahap: penyerahan\n"
        "      tanggal: 14 hari sesudah permohonan\n      jenis: internal\n",
        "  siklus: sekali\n  batas:\n    - id: layanan\n      tahap: penyerahan\n"
        "      tanggal: akhir Februari\n      jenis: undang_undang\n",
        2,
    ),
]

IN_ORGANISATION: list[Row] = [
    ("PENCATAT_KURANG", ", dicatat_oleh: petugas", "", 0),
    ("SUREL_SALAH", "loket@contoh.go.id", "loket", 0),
    ("SUREL_SALAH", "loket@contoh.go.id", "'=?utf-8?q?x?=@contoh.go.id'", 0),
    ("BILANGAN_SALAH", "kuorum: 2", "kuorum: dua", 0),
    ("ID_SALAH", "  juru_ukur:", "  Juru Ukur:", 0),
    ("ID_SALAH", "  juru_ukur:", "  semua:", 0),
    ("KUNCI_TAK_DIKENAL", "surel: loket", "email: loket", 0),
    ("JABATAN_TAK_DIKENAL", "atasan: kepala_loket", "atasan: kepala_lokt", 0),
    ("JABATAN_TAK_DIKENAL", "dicatat_oleh: petugas", "dicatat_oleh: siapa_saja", 0),
    ("JABATAN_TAK_DIKENAL", "anggota: [kepala, ", "anggota: [lurah, ", 0),
    ("PIHAK_LUAR", "atasan: kepala_loket", "atasan: pemohon", 0),
    ("UNIT_TAK_DIKENAL", "Juru Ukur, unit: kantor", "Juru Ukur, unit: kantr", 0),
    ("ID_GANDA", "  tim: {", "  kepala: {", 0),
    ("ATASAN_BERPUTAR", "{nama: Kepala, unit: kantor}", "{nama: Kepala, unit: kantor, atasan: petugas}", 0),
    ("ATASAN_BERPUTAR", "unit: kantor, atasan: kepala}", "unit: kantor, atasan: juru_ukur}", 0),
    ("ID_ORGANISASI", "id: kantor-contoh", "id: kantor-lain", 0),
    ("KUORUM_BESAR", "kuorum: 2", "kuorum: 4", 0),
]
