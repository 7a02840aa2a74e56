"""Lints on time: durations, cycles and levels."""

from collections.abc import Iterator

from sop_engine.domain.expressions import DateRule, MonthlyDate, WorkdayDate, YearlyDate
from sop_engine.errors import Problem
from sop_engine.files.lints.subject import Subject, warning

_OFTEN = {"bulanan": "setiap bulan", "triwulan": "setiap triwulan", "semesteran": "setiap semester"}


def stages_have_durations(subject: Subject) -> Iterator[Problem]:
    """A stage says how long it may take."""
    for path, stage in subject.stages:
        if stage.duration is None:
            message = "tahap ini tanpa `waktu`, jadi tanpa tenggat dan pengingat; tulis misalnya `waktu: 1 hari`"
            yield warning("TANPA_WAKTU", path, message)


def days_written_as_minutes(subject: Subject) -> Iterator[Problem]:
    """480 minutes are eight hours; a working day of the office has seven and a half."""
    for path, stage in subject.stages:
        duration = stage.duration
        eight_hours = {"menit": 480, "jam": 8}.get(duration.unit) if duration else None
        if duration and eight_hours and duration.longest % eight_hours == 0:
            message = (
                f"«{duration.text}» berarti {duration.longest // eight_hours} × 8 jam; satu hari kerja hanya "
                "7 jam 30 menit, jadi bila yang dimaksud hari kerja, tulis `hari`"
            )
            yield warning("MENIT_SEHARI", f"{path}.waktu", message)


def one_edition_per_cycle(subject: Subject) -> Iterator[Problem]:
    """Clause 5 ends the SOP with its stages: a frequent cycle then asks for a new edition each time."""
    clause = subject.definition.clause_for("tidak_berlaku_saat_berakhir")
    often = {**_OFTEN, "per_permohonan": "untuk setiap permohonan"}.get(subject.definition.schedule.cycle)
    if clause and often:
        message = (
            f"menurut angka {clause.number} SOP tidak berlaku lagi sesudah tahapannya berakhir: edisi baru "
            f"harus ditandatangani {often}; periksa `siklus` atau ketentuan itu"
        )
        yield warning("SIKLUS_SATU_EDISI", "jadwal.siklus", message, clause.number)


def one_cycle(subject: Subject) -> Iterator[Problem]:
    """All dates of an SOP belong to the same cycle."""
    schedule = subject.definition.schedule
    dated: list[tuple[str, DateRule | None]] = [("jadwal.mulai", schedule.begins)]
    dated += [(f"jadwal.batas.{limit.id}.tanggal", limit.date) for limit in schedule.limits]
    dated += [(f"{path}.tidak_sebelum", stage.not_before) for path, stage in subject.stages]
    for path, rule in dated:
        monthly = isinstance(rule, MonthlyDate) or (isinstance(rule, WorkdayDate) and rule.month is None)
        yearly = isinstance(rule, YearlyDate) or (isinstance(rule, WorkdayDate) and rule.month is not None)
        if rule and (monthly if schedule.cycle == "tahun_anggaran" else yearly and schedule.cycle in _OFTEN):
            message = f"tanggal «{rule.text}» tidak sesuai siklus `{schedule.cycle}`; pisahkan menjadi dua SOP"
            yield warning("SIKLUS_GANDA", path, message)


def levels_in_place(subject: Subject) -> Iterator[Problem]:
    """Escalation comes after the due date, and no level is written twice."""
    schedule = subject.definition.schedule
    for key, levels in (("pengingat", schedule.reminders), ("eskalasi", schedule.escalations)):
        days = [level.days for level in levels]
        for number, level in enumerate(levels):
            path = f"jadwal.{key}.{number + 1}"
            if level.days in days[:number]:
                yield warning("TINGKAT_GANDA", path, f"«{level.text}» ditulis dua kali; hapus salah satu")
            if key == "eskalasi" and level.days < 0:
                message = f"«{level.text}» meneruskan ke atasan sebelum terlambat; tulis `sesudah`"
                yield warning("TINGKAT_TERBALIK", path, message)
