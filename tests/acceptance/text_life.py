"""What may happen to the text of an SOP that runs: proposals, previews, signatures, and cases that follow."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from sop_engine.application.answer_sign_off import approve
from sop_engine.application.complete_task import complete_task
from sop_engine.application.decide_proposal import confirm, withdraw
from sop_engine.application.revise_edition import preview_revision, propose_revision, sign_revision
from sop_engine.domain.adopting import Ground
from sop_engine.domain.definition import Definition
from sop_engine.domain.flow import SKIPPED, outcomes_of
from sop_engine.errors import Refusal
from sop_engine.files.lints import lint
from sop_engine.wiring import parse_definition
from tests.acceptance.people_life import PeopleLife
from tests.acceptance.work_life import chosen
from tests.revisions import FLOOD

PROPOSED = "proposals WHERE state = 'proposed' AND act = 'revise'"
ACTS_OF_TEXT = {  # what may happen: how often, and of what there must be some
    "propose": (4, "editions WHERE state IN ('in_force', 'in_execution')"),
    "propose_plainly": (4, "editions WHERE state IN ('in_force', 'in_execution')"),
    "sign_proposal": (4, PROPOSED),
    "drop_proposal": (1, PROPOSED),
}
BEHIND = (
    "SELECT c.id FROM cases c JOIN editions e ON e.office_id = c.office_id AND e.id = c.edition_id"
    " WHERE c.state = 'running' AND e.state <> 'void' AND c.judged <> e.revision_id ORDER BY c.id"
)
WAITS = (
    "tick",
    "mail",
    "come_back_late",
    "reopen",
    "attack",
    "propose",
    "sign_proposal",
)  # acts that ask nothing of the text
TIMES = ["1 jam", "1 hari", "2 hari", "5 hari", "10 hari kalender"]

Text = dict[str, Any]


def lists_of(steps: list[Text]) -> list[list[Text]]:
    """A list of steps and every list of a branch within it."""
    found = [steps]
    for step in steps:
        for branch in step.get("paralel", {}).get("cabang", ()):
            found += lists_of(branch)
    return found


def text_of(text: Text) -> str:
    return json.dumps(text, ensure_ascii=False)


def stages_of(text: Text) -> list[Text]:
    return [step for steps in lists_of(text["tahapan"]) for step in steps if "id" in step]


def of_id(text: Text, stage: str) -> Text:
    return next(each for each in stages_of(text) if each["id"] == stage)


class TextLife(PeopleLife):
    """An episode in which the text changes under what runs."""

    acts = PeopleLife.acts | ACTS_OF_TEXT

    def happens(self, act: str, pick: int, way: int) -> None:
        """While a case has not followed a signed revision, act on it, or let others do what asks no text."""
        behind = [case for (case,) in self.query(BEHIND)]
        if not behind or act in WAITS:
            super().happens(act, pick, way)
        elif way % 4:
            self.act_behind(chosen(behind, pick), pick, way)
        else:
            self.tick(pick, way)

    # -- editing ---------------------------------------------------------------------------------

    def reached(self, edition: int) -> tuple[set[str], set[str]]:
        """Under present ids: stages completed in the present pass of a running case, and every one with a run."""
        done, begun = set[str](), set[str]()
        found = self.query(f"SELECT id FROM cases WHERE edition_id = {edition} AND state = 'running'")
        for (case,) in found:
            view = self.reading.case(case)
            assert view
            latest: dict[str, list[Any]] = {}
            for run in view.runs:
                stage = view.plan.flow.present(run.stage)
                begun.add(stage)
                latest.setdefault(stage, []).append(run)
            for stage, runs in latest.items():
                last = max(run.pass_no for run in runs)
                states = {run.state for run in runs if run.pass_no == last}
                if not states & {"active", "submitted", "returned"} and "completed" in states:
                    done.add(stage)
        return done, begun

    def positions(self, text: Text) -> list[str]:
        structure = next(one for one in self.structures() if one.id == text["organisasi"])
        return sorted(name for name, place in structure.positions.items() if not place.outside)

    def edits(self, text: Text, pick: int, way: int) -> dict[str, Callable[[], Any]]:
        """What an admin may write: each changes the text in place."""
        steps = chosen(lists_of(text["tahapan"]), way // 5)
        stage, place = chosen(stages_of(text), pick), pick % (len(steps) + 1)
        named, position = stages_of(text), chosen(self.positions(text), way // 3)
        name, slots = stage["id"], stage.get("untuk_setiap") or []
        new = f"baru{next(self.keys)}"

        def rename() -> None:
            again = re.sub(rf'"((?:kembali ke |ke |\d+ hari sesudah )?){name}"', rf'"\1{new}"', json.dumps(text))
            text.clear()
            text.update(json.loads(again))
            of_id(text, new)["dahulu"] = name

        def swap() -> None:
            if len(steps) > 1:
                at = pick % (len(steps) - 1)
                steps[at], steps[at + 1] = steps[at + 1], steps[at]

        def embed() -> None:
            if len(steps) > 1:
                at = pick % (len(steps) - 1)
                steps[at : at + 2] = [{"paralel": {"id": new, "cabang": [[steps[at]], [steps[at + 1]]]}}]

        def drop() -> None:
            for each in lists_of(text["tahapan"]):
                if stage in each and len(each) > 1:
                    each.remove(stage)

        def slot() -> None:
            if slots:
                stage["untuk_setiap"] = [*slots, position] if way % 2 else slots[1:]
                stage.pop("selesai_bila", None)

        def performer() -> None:
            if not slots:
                stage["pelaksana"] = position

        def sign_off() -> None:
            if not stage.pop("pengesahan", None):
                stage["pengesahan"] = {"oleh": [position]}

        def question() -> None:
            if stage.pop("keputusan", None) is None and not slots:
                back = chosen(named[: named.index(stage) + 1], way)["id"]
                stage["keputusan"] = {"tanya": "Sudah?", "ya": "lanjut", "tidak": f"kembali ke {back}"}

        def quorum() -> None:
            if slots:
                stage["selesai_bila"] = str(1 + way % len(slots))

        fresh = {"id": new, "kegiatan": f"Mengerjakan {new}", "pelaksana": position, "waktu": "1 hari"}
        limit = {"id": new, "tahap": name, "tanggal": chosen(["2027-02-01", "akhir Maret"], way)}
        return {
            "waktu": lambda: stage.update(waktu=chosen([each for each in TIMES if each != stage.get("waktu")], way)),
            "pelaksana": performer,
            "sisip": lambda: steps.insert(place, fresh),
            "akhir": lambda: text["tahapan"].append(fresh),
            "hapus": drop,
            "bagian": slot,
            "kuorum": quorum,
            "nama": rename,
            "tukar": swap,
            "serentak": embed,
            "pengesahan": sign_off,
            "keputusan": question,
            "bila": lambda: None if stage.pop("bila", None) else stage.update(bila="Perlu benar?"),
            "isi": lambda: stage.update(kegiatan=f"{stage['kegiatan']} lagi"),
            "batas": lambda: text.setdefault("jadwal", {}).setdefault("batas", []).append(limit),
        }

    def returned(self, edition: int) -> int:
        """How many stages of its cases were opened again."""
        again = "SELECT 1 FROM stage_runs r JOIN cases c ON c.office_id = r.office_id AND c.id = r.case_id"
        return len(self.query(f"{again} WHERE c.edition_id = {edition} AND r.pass_no > 1"))

    def texts(self) -> list[tuple[int, Text]]:
        """What may be revised; what is being carried out stands there thrice, for its cases have to follow."""
        found = self.query("SELECT id FROM editions WHERE state IN ('in_force', 'in_execution') ORDER BY id")
        found += 2 * self.query("SELECT id FROM editions WHERE state = 'in_execution' ORDER BY id")
        return [(edition, self.paper(edition)[1].definition.dump()) for (edition,) in found]

    def well_formed(self, text: Text) -> bool:
        """Whether a text is what `sop check` lets pass."""
        structure = next(one for one in self.structures() if one.id == text["organisasi"])
        try:
            new = Definition.model_validate(text)
        except ValueError:
            return False
        return not any(problem.severity == "error" for problem in lint(new, structure))

    # -- proposing -------------------------------------------------------------------------------

    def proposed(self, edition: int, text: Text, ground: Ground = FLOOD, by: str = "admin", **said: Any) -> Any:
        body, who = text_of(text), self.office.who(by)
        return propose_revision(self.office.store, who, edition, body, parse_definition, ground, **said)

    def propose(self, pick: int, way: int) -> None:
        """Some edits of the running text; one that is not refused waits for its signature."""
        edition, text = chosen(self.texts(), pick // 7)
        before, names = text_of(text), sorted(self.edits(text, pick, way))
        several = range(1 + (way % 5 == 4))
        edited = [chosen(names, pick // 2 + way + number) for number in several]
        for number, name in enumerate(edited):
            self.edits(text, pick + 13 * number, way + number)[name]()
        if text_of(text) == before or not self.well_formed(text):
            return
        answer = self.tried(
            f"propose {edited[0]}" if len(edited) == 1 else "propose several",
            lambda: self.proposed(edition, text, keep_completed=way % 4 == 0),
        )
        if answer:
            self.lives.happened[f"proposed: {answer['verdict']}"] += 1

    def propose_plainly(self, pick: int, way: int) -> None:
        """A proposal whose verdict is plain, whatever has happened."""
        hows = ["ralat", "later", "completed", "scope", "nothing", "number", "groundless", "stranger"]
        how = chosen([*hows, "completed", "more", "scope", "later"], way)
        edition, text = chosen(self.texts(), pick // 7)
        definition, (done, begun) = self.paper(edition)[1].definition, self.reached(edition)
        ahead = [each for each in stages_of(text) if each["id"] not in begun]
        stage, ground, said, by, verdict = chosen(stages_of(text), pick), FLOOD, dict[str, Any](), "admin", ""
        match how:
            case "ralat":
                text["identitas"]["nomor_lampiran"] = f"{next(self.keys)}/R"
                said, verdict = {"correction_number": "1/R"}, "correction"
            case "more":
                text["identitas"]["nomor_lampiran"] = f"{next(self.keys)}/R"
                stage["kegiatan"], said = f"Tidak {stage['kegiatan']}", {"correction_number": "2/R"}
            case "later" if ahead:
                stage, verdict = chosen(ahead, pick), "revision"
                stage["waktu"] = chosen([each for each in TIMES if each != stage.get("waktu")], pick)
            case "scope":
                text.setdefault("ruang_lingkup", {})["objek"] = f"Laporan lain {next(self.keys)}"
                clause = definition.clause_for("batal_bila_berubah")
                verdict = "void" if clause and "ruang_lingkup" in clause.objects else "revision"
            case "nothing":
                pass
            case "number":
                text["identitas"]["nomor"] += "/A"
            case "groundless":
                stage["kegiatan"], ground = f"{stage['kegiatan']} lagi", Ground(" ", "bencana_alam")
            case "stranger":
                stage["kegiatan"], by = f"{stage['kegiatan']} lagi", "bukan_siapa"
            case "completed" if done and definition.clause_for("tahapan_selesai_terkunci"):
                if self.count("cases", f"edition_id = {edition} AND state = 'running'") != 1 or self.returned(edition):
                    return  # what comes after a return is done anew: whether it is protected is not plain
                of_id(text, chosen(sorted(done), pick))["kegiatan"] += " lagi"
            case _:
                return
        call = lambda: self.proposed(edition, text, ground, by, **said)  # noqa: E731
        answer = self.act(f"propose plainly, {how}", call, bool(verdict))
        assert not answer or answer["verdict"] == verdict, (how, answer)
        if answer:
            ((body,),) = self.query("SELECT arguments FROM proposals WHERE id = ?", answer["proposal"])
            self.sign_one(answer["proposal"], json.loads(body), pick, pick // 3)

    def drop_proposal(self, pick: int, way: int) -> None:
        """Whoever proposed withdraws it; it is signed, never confirmed."""
        (number,) = chosen(self.query(f"SELECT id FROM {PROPOSED} ORDER BY id"), pick)
        store = self.office.store
        if way % 2:
            self.act("confirm a revision", lambda: confirm(store, self.office.who("admin2"), number), False)
            self.act("withdraw a revision", lambda: withdraw(store, self.office.who("bukan_siapa"), number), False)
            return
        self.act("withdraw a revision", lambda: withdraw(store, self.office.who("admin"), number))

    # -- signing ---------------------------------------------------------------------------------

    def sign_proposal(self, pick: int, way: int) -> None:
        """First a look at what it would do, which leaves nothing; then it does exactly that, or is refused as there."""
        waiting = self.query(f"SELECT id, arguments FROM {PROPOSED} ORDER BY id DESC LIMIT 3")
        number, body = chosen(waiting, way // 3 % 2 * pick)  # often the newest: another is soon stale
        self.sign_one(number, json.loads(body), pick, way)

    def sign_one(self, number: int, said: dict[str, Any], pick: int, way: int) -> None:
        edition, able = said["edition"], self.ratifiers(said["edition"])
        shown = self.previewed(number)
        if shown and shown["verdict"] == "void" and pick % 3:
            return  # rarely, for there is no undo
        how = chosen(["rightly", "rightly", "rightly", "rightly", "another text", "as proposer", "stranger"], way)
        digest = "0" * 64 if how == "another text" else said["digest"]
        person = chosen(able, pick) if able and how in ("rightly", "another text") else None
        who = self.office.who(person or ("admin" if how == "as proposer" else "bukan_siapa"))
        allowed = bool(shown and person and how == "rightly")
        name = "sign revision" if how == "rightly" else f"sign revision, {how}"
        name = "sign stale" if how == "rightly" and person and not shown else name
        heard = {case: len(self.reading.events(case)) for (case,) in self.query("SELECT id FROM cases")}
        call = lambda: sign_revision(self.office.store, who, number, digest, parse_definition)  # noqa: E731
        answer = self.act(name, call, allowed)
        if not answer:
            return
        assert {**answer, "revision": 0} == {**{key: shown[key] for key in answer}, "revision": 0}, "not what was shown"
        self.lives.happened[f"signed: {answer['verdict']}"] += 1
        assert (answer["verdict"] == "void") == (self.paper(edition)[0].state == "void")
        if answer["verdict"] != "void" and way % 2:
            self.office.engine.follow()
            self.watch.look(self.office)
            for one in shown["cases"]:
                self.did_what_was_shown(one, heard[one["case"]])
            self.everybody_follows()

    def previewed(self, number: int) -> Any:
        """What signing would do, or None where it would be refused; a look that leaves nothing."""
        counters, before = self.query("SELECT next_id, head_seq, setup_version FROM offices"), self.watch.rows
        shown = None
        with suppress(Refusal):
            shown = preview_revision(self.office.store, self.office.who("admin"), number, parse_definition)
        self.lives.happened[f"preview: {'shown' if shown else 'refused'}"] += 1
        assert self.watch.look(self.office) == 0, "a preview is told (I32)"
        assert self.watch.rows == before, "a preview left something behind (I32)"
        assert self.query("SELECT next_id, head_seq, setup_version FROM offices") == counters
        return shown

    def did_what_was_shown(self, shown: Any, heard: int) -> None:
        view = self.reading.case(shown["case"])
        assert view
        told = self.reading.events(shown["case"])[heard:]
        happened = {
            key: [event["facts"]["stage"] for event in told if event["kind"] == kind]
            for key, kind in (("opened", "run.activated"), ("returned", "run.returned"), ("voided", "run.voided"))
        }
        assert happened == {key: shown[key] for key in happened}, "a case did not what was shown"
        follows = view.case.revision_id == view.edition.revision_id
        assert follows == shown["follows"], "a case did not what was shown"
        due = {(run.stage, run.slot): run.due_at for run in view.runs if run.open}
        for each in shown["due"]:
            assert due.get((each["stage"], each["slot"]), each["after"]) == each["after"], "another due date than shown"
        self.lives.happened[f"case {'follows' if shown['follows'] else 'stays'}"] += 1
        for key, stages in happened.items():
            self.lives.happened[f"case {key} by revision"] += bool(stages)

    # -- following -------------------------------------------------------------------------------

    def act_behind(self, case: int, pick: int, way: int) -> None:
        """An act on a case that has not followed yet applies what is pending first, or is refused and leaves all."""
        view = self.reading.case(case)
        assert view
        open_tasks = [task for task in view.tasks if task.open]
        asked = [one for one in view.sign_offs if one.state == "requested" and one.asked]
        if asked and (way % 2 or not open_tasks):
            one = chosen(asked, pick)
            call = partial(approve, self.office.store, self.office.who(chosen(list(one.asked), way)), one.id)
        elif open_tasks:
            task = chosen(open_tasks, pick)
            runs = {run.id: run for run in view.runs}
            stage, who = view.plan.stage(runs[task.run_id].stage), self.office.who(task.person_id)
            outcome = chosen([each for each in outcomes_of(stage) if each != SKIPPED], way)
            body = [work for work in self.open_work() if work.task == task.id]
            present = tuple(self.body_of(body[0])) if body else ()
            call = partial(
                complete_task, self.office.store, who, task.id, outcome=outcome, present=present, note="Ada."
            )
        else:
            self.tick(pick, way)
            return
        heard = len(self.reading.events(case))
        if self.tried("act behind", call):
            kinds = {event["kind"] for event in self.reading.events(case)[heard:]}
            assert {"case.revised", "case.kept_revision"} & kinds, f"acted without the revision: {kinds}"
            assert (case,) not in self.query(BEHIND), "acted on and still behind"

    def tick(self, pick: int, way: int) -> None:
        super().tick(pick, way)
        self.everybody_follows()

    def everybody_follows(self) -> None:
        """Nothing is behind, and nobody is told twice of one revision."""
        assert not self.query(BEHIND), "a running case has not followed"
        silent = "SELECT id FROM editions WHERE followed <> revision_id AND state IN ('in_force', 'in_execution')"
        assert not self.query(silent), "nobody was told of a revision"
        twice = "SELECT event_seq, to_address FROM messages WHERE kind = 'revisi' GROUP BY 1, 2 HAVING COUNT(*) > 1"
        assert not self.query(twice), "told twice of one revision"
        followed = [event["revision"] for event in self.facts("edition.followed")]
        assert len(followed) == len(set(followed)), "a revision was told of twice"

    def facts(self, kind: str) -> list[dict[str, Any]]:
        bodies = self.query("SELECT body FROM events WHERE kind = ? ORDER BY seq", kind)
        return [json.loads(body)["facts"] for (body,) in bodies]

    # -- trying ----------------------------------------------------------------------------------

    def tried(self, name: str, call: Callable[[], Any]) -> Any:
        """Do what may be refused, and then leaves nothing; what is done is told."""
        counters = self.query("SELECT next_id, head_seq, setup_version FROM offices ORDER BY id")
        before = self.watch.rows
        try:
            answer = call()
        except Refusal:
            self.lives.happened[f"{name}: refused"] += 1
            assert self.watch.look(self.office) == 0
            assert self.watch.rows == before, "a refused act left something behind (I32)"
            assert self.query("SELECT next_id, head_seq, setup_version FROM offices ORDER BY id") == counters
            return None
        self.lives.happened[name] += 1
        assert self.watch.look(self.office) > 0, "an act without an entry (I17)"
        return answer
