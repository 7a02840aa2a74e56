"""Start a case of an edition in force, or cancel one."""

from datetime import date

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import decisions
from sop_engine.domain.authority import check_admin
from sop_engine.domain.rules import Act, pass_gates
from sop_engine.domain.state import Actor, Case
from sop_engine.errors import Refusal

YEARLY = ("tahun_anggaran", "bulanan", "triwulan", "semesteran")


def start_case(
    store: Store, who: Who, edition_id: int, *, year: int | None = None, limits: dict[str, date] | None = None
) -> Answer:
    """Start a case; `limits` are the dates the SOP wants entered at its start (`diisi_saat_mulai`).

    With clause 5 an edition holds one case that is not cancelled; another start is refused.
    """
    given = {name: day.isoformat() for name, day in (limits or {}).items()}

    def act(tx: Transaction) -> Answer:
        edition = tx.edition(edition_id)
        plan = tx.plan(edition.revision_id, edition.organisation)
        definition = plan.definition
        allowed_here = (definition.responsible, definition.identity.ratified_by.position)
        if not tx.people.holds_any(who.person_id, allowed_here, tx.now):
            check_admin(tx.people, Actor(who.person_id, "", "", who.channel), "memulai kasus")
        earlier = tx.cases_not_cancelled(edition.id) if edition.single_case else 0
        pass_gates(Act(edition, definition, plan.organisation, tx.now, starts=True, earlier_cases=earlier))
        allowed = [limit.id for limit in definition.schedule.limits if limit.given_at_start]
        unknown = [name for name in given if name not in allowed]
        if unknown:
            raise Refusal(
                f"Batas «{', '.join(unknown)}» tidak dapat diisi saat mulai.",
                instead=f"Yang dapat diisi: {', '.join(allowed)}." if allowed else "SOP ini tidak memintanya.",
            )
        cycle = definition.schedule.cycle
        if cycle in YEARLY and year is None:
            raise Refusal(
                "Sebutkan tahun kasus ini.",
                instead="Untuk siklus tahun anggaran: tahun anggaran yang dilaporkan, misalnya `--year 2026`.",
            )

        def new_case(case_id: int) -> Case:
            return Case(
                case_id,
                edition.id,
                edition.revision_id,
                None if cycle == "per_permohonan" else year,
                tx.now,
                given,
                edition.single_case,
                version=1,
                judged=edition.revision_id,
            )

        file = tx.file_for_new_case(who, edition, new_case)
        decisions.start(file)
        tx.save(file)
        return {"case": file.case.id, "year": file.case.year, "runs": [run.id for run in file.runs.values()]}

    return perform(store, who, "start", {"edition": edition_id, "year": year, "limits": given}, act)


def cancel_case(store: Store, who: Who, case_id: int, position: str, reason: str) -> Answer:
    """Cancel a running case with a reason; nothing of it is deleted."""

    def act(tx: Transaction) -> Answer:
        file = tx.case_file(who, case_id, position)
        decisions.cancel(file, reason)
        tx.save(file)
        return {"case": file.case.id, "status": file.case.state}

    return perform(store, who, "cancel", {"case": case_id, "reason": reason}, act)
