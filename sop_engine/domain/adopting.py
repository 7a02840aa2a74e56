"""Proposing a revision of an edition and adopting it by signature (design §5, rules 2 to 4).

A proposal is judged against every running case when it is made and again when it is signed: cases move
on in between. What it does to each case is carried out afterwards, lazily and in bulk (`revising`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sop_engine.domain.casefile import CaseFile, Desk, refer
from sop_engine.domain.changes import Change, changes_between, names_of, renamed
from sop_engine.domain.definition import Definition, Stage
from sop_engine.domain.editions import Paper, check_ratifying, check_structure, declare_void, digest_of
from sop_engine.domain.flow import Past, Position, replay
from sop_engine.domain.lifecycle import PROPOSAL, next_state
from sop_engine.domain.mails import mail_edition
from sop_engine.domain.people import Acting
from sop_engine.domain.plan import Plan
from sop_engine.domain.rules import Act, pass_gates, refusal
from sop_engine.domain.state import Proposal, Revision
from sop_engine.domain.verdicts import Comparison, Judgement
from sop_engine.errors import NotAuthorised, Refusal

CATEGORIES = {
    "bencana_alam": "bencana alam",
    "bencana_nonalam": "bencana nonalam",
    "bencana_sosial": "bencana sosial",
    "pemogokan": "pemogokan",
    "kebakaran": "kebakaran",
    "cuaca_ekstrem": "cuaca ekstrem",
    "kebijakan": "kebijakan di luar kendali satuan kerja",
    "lainnya": "keadaan lain di luar kehendak",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an SOP is revised (rule 2): an event of force majeure, happened or anticipated, with its evidence."""

    description: str
    category: str = ""
    on: date | None = None
    evidence: str = ""  # SHA-256
    happened: bool = True


def propose(
    desk: Desk, paper: Paper, new: Definition, body: str, ground: Ground, judgement: Judgement, *,
    keep_completed: bool, correction_number: str,
) -> Proposal:  # fmt: skip
    """Keep a proposal for the ratifier to sign; refuses what could not be adopted."""
    _check_open(desk, paper)
    if judgement.verdict == "none":
        raise Refusal("Naskah ini tidak mengubah apa pun.", instead="Periksa apakah berkas yang benar yang diunggah.")
    check_adoptable(judgement)
    if correction_number and judgement.verdict != "correction":
        raise Refusal(
            "Perubahan ini lebih daripada salah ketik, jadi tidak dapat dilakukan dengan ralat.",
            instead="Usulkan sebagai revisi dengan dasar keadaan kahar.",
        )
    if judgement.verdict == "revision":
        check_structure(Paper(paper.edition, new, paper.organisation))
    if not correction_number:
        _check_ground(paper, ground)
    written = desk.write(ground.description)
    proposal = Proposal(
        desk.new_id(),
        "revise",
        {
            "edition": paper.edition.id,
            "base": paper.edition.revision_id,
            "digest": digest_of(body),
            "verdict": judgement.verdict,
            "keep_completed": int(keep_completed),
            "correction": correction_number,
            "ground": written.id if written else None,
            "category": ground.category,
            "on": ground.on.isoformat() if ground.on else None,
            "evidence": ground.evidence,
            "happened": int(ground.happened),
        },
        desk.actor.person_id,
        desk.now,
    )
    desk.add(proposal)
    desk.tell("revision.proposed", edition=paper.edition.id, proposal=proposal.id, ground=refer(written))
    signers = desk.people.acting_in(paper.ratifier, desk.now)
    mail_edition(
        desk,
        "pemberitahuan",
        signers,
        paper.definition,
        paper.organisation,
        paper.edition,
        perihal="Usulan perubahan SOP menunggu tanda tangan",
        paragraf=[f"Usulan {proposal.id}: {ground.description.strip()}", f"Akibatnya: {EFFECT[judgement.verdict]}."],
        tautan=f"/akibat/{proposal.id}",
    )
    return proposal


def _check_open(desk: Desk, paper: Paper) -> None:
    """A text changes only while it is in force or in execution; a replaced one has its successor (rule 2)."""
    pass_gates(Act(paper.edition, paper.definition, paper.organisation, desk.now))
    if paper.edition.state == "replaced":
        message = f"SOP Nomor {paper.edition.number} telah diganti edisi berikutnya dan tidak direvisi lagi."
        raise Refusal(message, instead="Kasus yang berjalan selesai menurut naskahnya; revisilah edisi yang berlaku.")


EFFECT = {
    "correction": "ralat; pelaksanaan tidak berubah",
    "revision": "revisi; berlaku bagi tahap yang belum selesai",
    "void": "SOP batal seluruhnya",
}


def _check_ground(paper: Paper, ground: Ground) -> None:
    if not ground.description.strip():
        raise Refusal("Perubahan SOP memerlukan alasan.", instead="Tuliskan alasannya.")
    if paper.definition.clause_for("revisi_karena_kahar") is None:
        return
    missing = [
        name
        for name, given in (("kategori", ground.category), ("tanggal", ground.on), ("bukti", ground.evidence))
        if not given
    ]
    if missing or ground.category not in CATEGORIES:
        raise refusal(
            paper.definition,
            "revisi_karena_kahar",
            f"Revisi memerlukan dasar keadaan kahar; yang belum lengkap: {', '.join(missing) or 'kategori'}.",
            f"Kategori: {', '.join(CATEGORIES)}. Beban kerja atau keterlambatan data bukan keadaan kahar.",
        )


def standing_in(latest: Plan, file: CaseFile) -> tuple[Plan, Sequence[Past]]:
    """Give a case's history under the text in force; under its own text where it could not follow that far."""
    history = file.history()
    if file.case.judged == latest.revision_id:
        return file.plan, history
    now = [past.under(latest.flow.present) for past in history]
    return (latest, now) if isinstance(replay(latest.flow, now), Position) else (file.plan, history)


def judge_all(
    latest: Plan, new: Definition, cases: Iterable[tuple[Plan, Sequence[Past]]], *,
    keep_completed: bool, spelled_from: Definition,
) -> Judgement:  # fmt: skip
    """Judge a proposal over the running cases, each with the text it stands in.

    Void where it is for any, refused only where none can take it.
    """
    compared = {latest: Comparison(latest.definition, new, latest.organisation, latest.retired, spelled_from)}
    told: Judgement | None = None
    rank = (False, False)  # whether the case told of can take it, and whether it stands in the text in force
    for plan, history in cases:
        if plan not in compared:
            compared[plan] = Comparison(plan.definition, new, plan.organisation, plan.retired)
        found = compared[plan].judge(history, keep_completed=keep_completed)
        if found.verdict == "void" or (found.verdict == "none" and plan is latest):
            return found
        if told is None or (found.taken, plan is latest) > rank:
            told, rank = found, (found.taken, plan is latest)
    return told or compared[latest].judge(None, keep_completed=keep_completed)


def check_adoptable(judgement: Judgement) -> None:
    """Refuse what a clause refuses, and what no running case could follow."""
    if judgement.refusal:
        raise judgement.refusal
    if judgement.fit.misfit and judgement.verdict != "void":
        raise Refusal(
            f"Tidak ada kasus berjalan yang dapat mengikuti perubahan ini; yang pertama tidak cocok: tahap "
            f"{judgement.fit.misfit.stage}.",
            instead="Ubah hanya tahap yang belum dicapai.",
        )


def adopt(
    desk: Desk, paper: Paper, proposal: Proposal, body: str, shown_digest: str, judgement: Judgement, *,
    ground: str, number: int, took_part: Iterable[tuple[int, str]],
) -> None:  # fmt: skip
    """Sign a proposal as the ratifying position: effective at once, or the whole edition is void (rule 4)."""
    after, said, edition = next_state(PROPOSAL, proposal.state, "confirm"), proposal.arguments, paper.edition
    _check_open(desk, paper)
    check_ratifying(desk, paper, "direvisi")
    if desk.actor.person_id == proposal.proposed_by:
        raise NotAuthorised(
            "Yang mengusulkan tidak dapat menandatangani usulannya sendiri (asas dua orang).",
            instead="Mintalah admin lain mengusulkannya, atau pejabat lain menandatanganinya.",
        )
    if said["base"] != edition.revision_id or shown_digest != said["digest"]:
        raise Refusal(
            "Usulan ini dibuat atas naskah yang sudah tidak berlaku, atau bukan naskah yang ditampilkan.",
            instead="Tampilkan kembali; bila sudah ada revisi lain, usulkan ulang di atasnya.",
        )
    check_adoptable(judgement)
    if judgement.verdict != said["verdict"]:
        raise Refusal(
            "Akibat usulan ini sudah berbeda dari yang ditampilkan, karena kasus telah berjalan.",
            instead="Tampilkan kembali akibatnya, lalu tanda tangani yang ditampilkan.",
        )
    desk.change(proposal, state=after, decided_by=desk.actor.person_id, decided_at=desk.now)
    if judgement.verdict == "void":
        declare_void(desk, paper, ground, paper.definition.clause_for("batal_bila_berubah"), took_part)
        return
    revision = Revision(
        desk.new_id(), edition.id, number, digest_of(body), proposal.proposed_by, desk.now, proposal.id, body
    )
    desk.add(revision)
    desk.change(edition, revision_id=revision.id)
    desk.tell(
        "edition.revised",
        edition=edition.id,
        revision=revision.id,
        digest=revision.digest,
        verdict=judgement.verdict,
        correction=said["correction"],
        clause=paper.clause("revisi_karena_kahar"),
        paths=[weighed.change.path for weighed in judgement.changes],
    )


def tell_followed(
    desk: Desk, paper: Paper, old: Definition, revision: Revision, ground: str, locked: Iterable[str]
) -> None:
    """All cases have followed a revision: one mail to each person it concerns, with what changed for them."""
    desk.change(paper.edition, followed=revision.id)
    desk.tell("edition.followed", edition=paper.edition.id, revision=revision.id)
    new, organisation = paper.definition, paper.organisation
    lines: dict[int, tuple[Acting, list[str]]] = {}
    was = renamed(old, names_of(old, new))
    for change in changes_between(was, new):
        stages = [stage for stage in (*was.stages(), *new.stages()) if stage.id == change.stage]
        for position in {position for stage in stages for position in _named_in(stage)}:
            for acting in desk.people.acting_behind(organisation, position, desk.now):
                told = lines.setdefault(acting.person_id, (acting, []))[1]
                if (line := in_words(change, stages[-1])) not in told:
                    told.append(line)
    for acting, said in lines.values():
        mail_edition(
            desk, "revisi", [acting], new, organisation, paper.edition,
            dasar=ground, paragraf=said, tahap_terkunci=list(locked),
        )  # fmt: skip


def _named_in(stage: Stage) -> Iterable[str]:
    yield from stage.performers or stage.for_each or ()
    yield from stage.informed
    yield from stage.sign_off.by if stage.sign_off else ()


def in_words(change: Change, stage: Stage) -> str:
    """Say a change of a stage in one line: `S05 «…», waktu: 2 hari menjadi 3 hari`."""
    name = f"{stage.number or stage.id} «{stage.activity}»"
    key = change.path.partition(f"tahapan.{stage.id}.")[2]
    if not key:
        return f"{name}: tahap {'ditambahkan' if change.before is None else 'dihapus'}"
    return f"{name}, {key.replace('_', ' ')}: {_plain(change.before)} menjadi {_plain(change.after)}"


def _plain(value: Any) -> str:
    if value in (None, "", [], {}):
        return "(tidak ada)"
    return "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
