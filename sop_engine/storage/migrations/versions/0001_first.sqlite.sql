CREATE TABLE heartbeats (
	name TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (name)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE offices (
	id INTEGER NOT NULL,
	slug TEXT NOT NULL,
	name TEXT NOT NULL,
	genesis TEXT NOT NULL,
	head_seq INTEGER NOT NULL,
	head_hash TEXT NOT NULL,
	head_at TEXT NOT NULL,
	next_id INTEGER NOT NULL,
	setup_version INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT offices_counters CHECK (head_seq >= 0 AND next_id > 0),
	UNIQUE (slug)
)
 STRICT;
CREATE TABLE answers (
	office_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	idempotency_key TEXT NOT NULL,
	request_hash TEXT NOT NULL,
	answer TEXT NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (office_id, person_id, idempotency_key),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX answers_age ON answers (created_at);
CREATE TABLE documents (
	office_id INTEGER NOT NULL,
	digest TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	body TEXT NOT NULL,
	loaded_seq INTEGER NOT NULL,
	PRIMARY KEY (office_id, digest, loaded_seq),
	CONSTRAINT documents_kind CHECK (kind IN ('organisation', 'calendar', 'proposal')),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE editions (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	sop TEXT NOT NULL,
	number TEXT NOT NULL,
	organisation TEXT NOT NULL,
	state TEXT NOT NULL,
	version INTEGER NOT NULL,
	revision_id INTEGER NOT NULL,
	loaded_by INTEGER NOT NULL,
	signed_by INTEGER,
	signed_position TEXT,
	signed_capacity TEXT,
	signature TEXT,
	signed_at TEXT,
	in_force_at TEXT,
	evidence TEXT,
	witness INTEGER,
	single_case INTEGER NOT NULL,
	ended_at TEXT,
	followed INTEGER NOT NULL,
	PRIMARY KEY (office_id, id),
	CONSTRAINT editions_state CHECK (state IN ('draft', 'in_force', 'in_execution', 'expired', 'replaced', 'void')),
	CONSTRAINT editions_four_eyes CHECK (signed_by IS NULL OR signed_by <> loaded_by),
	CONSTRAINT editions_signed CHECK (state = 'draft' OR (signed_by IS NOT NULL AND in_force_at IS NOT NULL)),
	CONSTRAINT editions_signature CHECK (signature IS NULL OR signature IN ('elektronik', 'basah')),
	CONSTRAINT editions_wet CHECK (signature <> 'basah' OR (evidence IS NOT NULL AND witness IS NOT NULL AND witness <> loaded_by)),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE UNIQUE INDEX editions_number ON editions (office_id, number);
CREATE TABLE events (
	office_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	case_id INTEGER,
	body TEXT NOT NULL,
	prev_hash TEXT NOT NULL,
	hash TEXT NOT NULL,
	PRIMARY KEY (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 STRICT;
CREATE INDEX events_case ON events (office_id, case_id);
CREATE UNIQUE INDEX events_prev ON events (office_id, prev_hash);
CREATE TABLE handovers (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	at TEXT NOT NULL,
	person_id INTEGER NOT NULL,
	position TEXT NOT NULL,
	cursor INTEGER NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX handovers_due ON handovers (at) WHERE cursor >= 0;
CREATE TABLE persons (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	admin INTEGER NOT NULL,
	nip TEXT,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE UNIQUE INDEX persons_email ON persons (office_id, email);
CREATE TABLE proposals (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	act TEXT NOT NULL,
	arguments TEXT NOT NULL,
	proposed_by INTEGER NOT NULL,
	proposed_at TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_by INTEGER,
	decided_at TEXT,
	PRIMARY KEY (office_id, id),
	CONSTRAINT proposals_state CHECK (state IN ('proposed', 'confirmed', 'withdrawn')),
	CONSTRAINT proposals_end CHECK ((state = 'proposed') = (decided_by IS NULL)),
	CONSTRAINT proposals_second_person CHECK (state <> 'confirmed' OR decided_by <> proposed_by),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE texts (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	salt TEXT NOT NULL,
	body TEXT,
	digest TEXT NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE absences (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	substitute_id INTEGER NOT NULL,
	letter TEXT NOT NULL,
	from_at TEXT NOT NULL,
	until_at TEXT NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id),
	FOREIGN KEY(office_id, substitute_id) REFERENCES persons (office_id, id),
	CONSTRAINT absences_period CHECK (substitute_id <> person_id AND until_at >= from_at)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE credentials (
	office_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	password_hash TEXT NOT NULL,
	changed_at TEXT NOT NULL,
	totp_secret TEXT,
	totp_step INTEGER NOT NULL,
	failures INTEGER NOT NULL,
	locked_until TEXT,
	PRIMARY KEY (office_id, person_id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE holders (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	position TEXT NOT NULL,
	capacity TEXT NOT NULL,
	letter TEXT NOT NULL,
	from_at TEXT NOT NULL,
	until_at TEXT,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id),
	CONSTRAINT holders_capacity CHECK (capacity IN ('definitif', 'plt', 'plh')),
	CONSTRAINT holders_period CHECK (until_at IS NULL OR until_at > from_at)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE messages (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	event_seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	person_id INTEGER,
	to_name TEXT NOT NULL,
	to_address TEXT NOT NULL,
	to_position TEXT NOT NULL,
	case_id INTEGER,
	run_id INTEGER,
	stage TEXT NOT NULL,
	dedupe TEXT NOT NULL,
	subject TEXT NOT NULL,
	context TEXT NOT NULL,
	created_at TEXT NOT NULL,
	state TEXT NOT NULL,
	next_at TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	fence INTEGER NOT NULL,
	owner TEXT,
	body BLOB,
	error TEXT,
	sent_at TEXT,
	PRIMARY KEY (office_id, id),
	CONSTRAINT messages_state CHECK (state IN ('queued', 'claimed', 'sent', 'failed', 'superseded')),
	CONSTRAINT messages_sent CHECK (state <> 'sent' OR (body IS NOT NULL AND sent_at IS NOT NULL)),
	FOREIGN KEY(office_id, event_seq) REFERENCES events (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES offices (id)
)
 STRICT;
CREATE INDEX messages_case ON messages (office_id, case_id) WHERE state = 'queued';
CREATE UNIQUE INDEX messages_dedupe ON messages (office_id, dedupe);
CREATE INDEX messages_run ON messages (office_id, run_id) WHERE state = 'queued';
CREATE INDEX messages_unsent ON messages (next_at) WHERE state IN ('queued', 'claimed');
CREATE TABLE receipts (
	office_id INTEGER NOT NULL,
	edition_id INTEGER NOT NULL,
	unit TEXT NOT NULL,
	person_id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (office_id, edition_id, unit),
	FOREIGN KEY(office_id, edition_id) REFERENCES editions (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE revisions (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	edition_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	digest TEXT NOT NULL,
	loaded_by INTEGER NOT NULL,
	loaded_at TEXT NOT NULL,
	proposal_id INTEGER,
	body TEXT NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, edition_id) REFERENCES editions (office_id, id)
)
 STRICT;
CREATE UNIQUE INDEX revisions_number ON revisions (office_id, edition_id, number);
CREATE TABLE sessions (
	digest TEXT NOT NULL,
	office_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	opened_at TEXT NOT NULL,
	seen_at TEXT NOT NULL,
	proof TEXT NOT NULL,
	proven_at TEXT NOT NULL,
	PRIMARY KEY (digest),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE tokens (
	office_id INTEGER NOT NULL,
	hash TEXT NOT NULL,
	person_id INTEGER NOT NULL,
	purpose TEXT NOT NULL,
	expires_at TEXT NOT NULL,
	used_at TEXT,
	PRIMARY KEY (office_id, hash),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE cases (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	edition_id INTEGER NOT NULL,
	revision_id INTEGER NOT NULL,
	year INTEGER,
	started_at TEXT NOT NULL,
	limits TEXT NOT NULL,
	single INTEGER NOT NULL,
	state TEXT NOT NULL,
	version INTEGER NOT NULL,
	ended_at TEXT,
	reason INTEGER,
	judged INTEGER NOT NULL,
	PRIMARY KEY (office_id, id),
	CONSTRAINT cases_state CHECK (state IN ('running', 'completed', 'void', 'cancelled')),
	CONSTRAINT cases_version CHECK (version > 0),
	CONSTRAINT cases_end CHECK ((state = 'running') = (ended_at IS NULL)),
	FOREIGN KEY(office_id, edition_id) REFERENCES editions (office_id, id),
	FOREIGN KEY(office_id, revision_id) REFERENCES revisions (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX cases_behind ON cases (office_id, edition_id, judged) WHERE state = 'running';
CREATE INDEX cases_edition ON cases (office_id, edition_id);
CREATE UNIQUE INDEX cases_one_per_edition ON cases (office_id, edition_id) WHERE single = 1 AND state <> 'cancelled';
CREATE TABLE stage_runs (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	stage TEXT NOT NULL,
	pass_no INTEGER NOT NULL,
	slot TEXT NOT NULL,
	revision_id INTEGER NOT NULL,
	activated_at TEXT NOT NULL,
	activated_seq INTEGER NOT NULL,
	due_at TEXT,
	due_text TEXT NOT NULL,
	deadline_no INTEGER NOT NULL,
	state TEXT NOT NULL,
	version INTEGER NOT NULL,
	outcome TEXT,
	redo TEXT NOT NULL,
	performed_by INTEGER,
	performed_position TEXT,
	performed_capacity TEXT,
	performed_for INTEGER,
	performed_at TEXT,
	evidence TEXT,
	present TEXT NOT NULL,
	result INTEGER,
	note INTEGER,
	submitted_at TEXT,
	ended_at TEXT,
	ended_seq INTEGER,
	seal TEXT,
	PRIMARY KEY (office_id, id),
	CONSTRAINT stage_runs_state CHECK (state IN ('active', 'submitted', 'completed', 'returned', 'void')),
	CONSTRAINT stage_runs_counters CHECK (pass_no > 0 AND version > 0),
	CONSTRAINT stage_runs_end CHECK ((state IN ('active', 'submitted')) = (ended_at IS NULL)),
	CONSTRAINT stage_runs_record CHECK ((ended_at IS NULL) = (ended_seq IS NULL)),
	CONSTRAINT stage_runs_paper CHECK ((performed_at IS NULL) = (evidence IS NULL)),
	CONSTRAINT stage_runs_seal CHECK ((state IN ('completed', 'returned')) = (seal IS NOT NULL)),
	CONSTRAINT stage_runs_performed CHECK (state NOT IN ('submitted', 'completed', 'returned') OR (performed_by IS NOT NULL AND outcome IS NOT NULL)),
	FOREIGN KEY(office_id, case_id) REFERENCES cases (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE UNIQUE INDEX stage_runs_place ON stage_runs (office_id, case_id, stage, pass_no, slot);
CREATE TABLE attachments (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	name INTEGER NOT NULL,
	kind TEXT NOT NULL,
	size INTEGER NOT NULL,
	digest TEXT NOT NULL,
	attached_at TEXT NOT NULL,
	state TEXT NOT NULL,
	ended_at TEXT,
	PRIMARY KEY (office_id, id),
	CONSTRAINT attachments_state CHECK (state IN ('attached', 'withdrawn')),
	CONSTRAINT attachments_end CHECK ((state = 'attached') = (ended_at IS NULL)),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX attachments_case ON attachments (office_id, case_id);
CREATE TABLE drafts (
	office_id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	saved_at TEXT NOT NULL,
	said TEXT NOT NULL,
	PRIMARY KEY (office_id, run_id),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE TABLE reminders (
	office_id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	position TEXT NOT NULL,
	level TEXT NOT NULL,
	deadline_no INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	rank INTEGER NOT NULL,
	at TEXT NOT NULL,
	state TEXT NOT NULL,
	PRIMARY KEY (office_id, run_id, person_id, level, deadline_no),
	CONSTRAINT reminders_state CHECK (state IN ('armed', 'sent', 'superseded')),
	CONSTRAINT reminders_kind CHECK (kind IN ('pengingat', 'eskalasi')),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX reminders_case ON reminders (office_id, case_id) WHERE state = 'armed';
CREATE INDEX reminders_due ON reminders (at) WHERE state = 'armed';
CREATE TABLE sign_offs (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	position TEXT NOT NULL,
	turn INTEGER NOT NULL,
	requested_at TEXT NOT NULL,
	due_at TEXT NOT NULL,
	asked TEXT NOT NULL,
	state TEXT NOT NULL,
	person_id INTEGER,
	capacity TEXT,
	answered_at TEXT,
	note INTEGER,
	PRIMARY KEY (office_id, id),
	CONSTRAINT sign_offs_state CHECK (state IN ('requested', 'given', 'returned', 'withdrawn')),
	CONSTRAINT sign_offs_end CHECK ((state = 'requested') = (answered_at IS NULL)),
	CONSTRAINT sign_offs_person CHECK (state NOT IN ('given', 'returned') OR person_id IS NOT NULL),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX sign_offs_case ON sign_offs (office_id, case_id);
CREATE INDEX sign_offs_inbox ON sign_offs (office_id, position) WHERE state = 'requested';
CREATE TABLE tasks (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	position TEXT NOT NULL,
	capacity TEXT NOT NULL,
	offered_at TEXT NOT NULL,
	stands_for INTEGER,
	handed_by INTEGER,
	state TEXT NOT NULL,
	claimed_at TEXT,
	ended_at TEXT,
	PRIMARY KEY (office_id, id),
	CONSTRAINT tasks_state CHECK (state IN ('offered', 'claimed', 'done', 'withdrawn')),
	CONSTRAINT tasks_end CHECK ((state IN ('offered', 'claimed')) = (ended_at IS NULL)),
	CONSTRAINT tasks_claim CHECK (state <> 'claimed' OR claimed_at IS NOT NULL),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
)
 WITHOUT ROWID,
 STRICT;
CREATE INDEX tasks_case ON tasks (office_id, case_id);
CREATE INDEX tasks_handed ON tasks (office_id, handed_by) WHERE state IN ('offered', 'claimed') AND handed_by IS NOT NULL;
CREATE INDEX tasks_inbox ON tasks (office_id, person_id) WHERE state IN ('offered', 'claimed');
CREATE UNIQUE INDEX tasks_one_claim ON tasks (office_id, run_id) WHERE state = 'claimed';
CREATE UNIQUE INDEX tasks_one_offer ON tasks (office_id, run_id, person_id) WHERE state IN ('offered', 'claimed');
CREATE TABLE files (
	office_id INTEGER NOT NULL,
	id INTEGER NOT NULL,
	body BLOB,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, id) REFERENCES attachments (office_id, id)
)
 STRICT;
