CREATE TABLE heartbeats (
	name TEXT COLLATE "C" NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE offices (
	id BIGINT NOT NULL,
	slug TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	genesis TEXT COLLATE "C" NOT NULL,
	head_seq BIGINT NOT NULL,
	head_hash TEXT COLLATE "C" NOT NULL,
	head_at TEXT COLLATE "C" NOT NULL,
	next_id BIGINT NOT NULL,
	setup_version BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT offices_counters CHECK (head_seq >= 0 AND next_id > 0),
	UNIQUE (slug)
);
CREATE TABLE answers (
	office_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	idempotency_key TEXT COLLATE "C" NOT NULL,
	request_hash TEXT COLLATE "C" NOT NULL,
	answer TEXT COLLATE "C" NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, person_id, idempotency_key),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE INDEX answers_age ON answers (created_at);
CREATE TABLE documents (
	office_id BIGINT NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	body TEXT COLLATE "C" NOT NULL,
	loaded_seq BIGINT NOT NULL,
	PRIMARY KEY (office_id, digest, loaded_seq),
	CONSTRAINT documents_kind CHECK (kind IN ('organisation', 'calendar', 'proposal')),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE TABLE editions (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	sop TEXT COLLATE "C" NOT NULL,
	number TEXT COLLATE "C" NOT NULL,
	organisation TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	revision_id BIGINT NOT NULL,
	loaded_by BIGINT NOT NULL,
	signed_by BIGINT,
	signed_position TEXT COLLATE "C",
	signed_capacity TEXT COLLATE "C",
	signature TEXT COLLATE "C",
	signed_at TEXT COLLATE "C",
	in_force_at TEXT COLLATE "C",
	evidence TEXT COLLATE "C",
	witness BIGINT,
	single_case BIGINT NOT NULL,
	ended_at TEXT COLLATE "C",
	followed BIGINT NOT NULL,
	PRIMARY KEY (office_id, id),
	CONSTRAINT editions_state CHECK (state IN ('draft', 'in_force', 'in_execution', 'expired', 'replaced', 'void')),
	CONSTRAINT editions_four_eyes CHECK (signed_by IS NULL OR signed_by <> loaded_by),
	CONSTRAINT editions_signed CHECK (state = 'draft' OR (signed_by IS NOT NULL AND in_force_at IS NOT NULL)),
	CONSTRAINT editions_signature CHECK (signature IS NULL OR signature IN ('elektronik', 'basah')),
	CONSTRAINT editions_wet CHECK (signature <> 'basah' OR (evidence IS NOT NULL AND witness IS NOT NULL AND witness <> loaded_by)),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE UNIQUE INDEX editions_number ON editions (office_id, number);
CREATE TABLE events (
	office_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	case_id BIGINT,
	body TEXT COLLATE "C" NOT NULL,
	prev_hash TEXT COLLATE "C" NOT NULL,
	hash TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE INDEX events_case ON events (office_id, case_id);
CREATE UNIQUE INDEX events_prev ON events (office_id, prev_hash);
CREATE TABLE handovers (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	person_id BIGINT NOT NULL,
	position TEXT COLLATE "C" NOT NULL,
	cursor BIGINT NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE INDEX handovers_due ON handovers (at) WHERE cursor >= 0;
CREATE TABLE persons (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	email TEXT COLLATE "C" NOT NULL,
	admin BIGINT NOT NULL,
	nip TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE UNIQUE INDEX persons_email ON persons (office_id, email);
CREATE TABLE proposals (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	act TEXT COLLATE "C" NOT NULL,
	arguments TEXT COLLATE "C" NOT NULL,
	proposed_by BIGINT NOT NULL,
	proposed_at TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	decided_by BIGINT,
	decided_at TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	CONSTRAINT proposals_state CHECK (state IN ('proposed', 'confirmed', 'withdrawn')),
	CONSTRAINT proposals_end CHECK ((state = 'proposed') = (decided_by IS NULL)),
	CONSTRAINT proposals_second_person CHECK (state <> 'confirmed' OR decided_by <> proposed_by),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE TABLE texts (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	salt TEXT COLLATE "C" NOT NULL,
	body TEXT COLLATE "C",
	digest TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE TABLE absences (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	substitute_id BIGINT NOT NULL,
	letter TEXT COLLATE "C" NOT NULL,
	from_at TEXT COLLATE "C" NOT NULL,
	until_at TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id),
	FOREIGN KEY(office_id, substitute_id) REFERENCES persons (office_id, id),
	CONSTRAINT absences_period CHECK (substitute_id <> person_id AND until_at >= from_at)
);
CREATE TABLE credentials (
	office_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	password_hash TEXT COLLATE "C" NOT NULL,
	changed_at TEXT COLLATE "C" NOT NULL,
	totp_secret TEXT COLLATE "C",
	totp_step BIGINT NOT NULL,
	failures BIGINT NOT NULL,
	locked_until TEXT COLLATE "C",
	PRIMARY KEY (office_id, person_id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
);
CREATE TABLE holders (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	position TEXT COLLATE "C" NOT NULL,
	capacity TEXT COLLATE "C" NOT NULL,
	letter TEXT COLLATE "C" NOT NULL,
	from_at TEXT COLLATE "C" NOT NULL,
	until_at TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id),
	CONSTRAINT holders_capacity CHECK (capacity IN ('definitif', 'plt', 'plh')),
	CONSTRAINT holders_period CHECK (until_at IS NULL OR until_at > from_at)
);
CREATE TABLE messages (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	event_seq BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	person_id BIGINT,
	to_name TEXT COLLATE "C" NOT NULL,
	to_address TEXT COLLATE "C" NOT NULL,
	to_position TEXT COLLATE "C" NOT NULL,
	case_id BIGINT,
	run_id BIGINT,
	stage TEXT COLLATE "C" NOT NULL,
	dedupe TEXT COLLATE "C" NOT NULL,
	subject TEXT COLLATE "C" NOT NULL,
	context TEXT COLLATE "C" NOT NULL,
	created_at TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	next_at TEXT COLLATE "C" NOT NULL,
	attempts BIGINT NOT NULL,
	fence BIGINT NOT NULL,
	owner TEXT COLLATE "C",
	body BYTEA,
	error TEXT COLLATE "C",
	sent_at TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	CONSTRAINT messages_state CHECK (state IN ('queued', 'claimed', 'sent', 'failed', 'superseded')),
	CONSTRAINT messages_sent CHECK (state <> 'sent' OR (body IS NOT NULL AND sent_at IS NOT NULL)),
	FOREIGN KEY(office_id, event_seq) REFERENCES events (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE INDEX messages_case ON messages (office_id, case_id) WHERE state = 'queued';
CREATE UNIQUE INDEX messages_dedupe ON messages (office_id, dedupe);
CREATE INDEX messages_run ON messages (office_id, run_id) WHERE state = 'queued';
CREATE INDEX messages_unsent ON messages (next_at) WHERE state IN ('queued', 'claimed');
CREATE TABLE receipts (
	office_id BIGINT NOT NULL,
	edition_id BIGINT NOT NULL,
	unit TEXT COLLATE "C" NOT NULL,
	person_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	PRIMARY KEY (office_id, edition_id, unit),
	FOREIGN KEY(office_id, edition_id) REFERENCES editions (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
);
CREATE TABLE revisions (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	edition_id BIGINT NOT NULL,
	number BIGINT NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	loaded_by BIGINT NOT NULL,
	loaded_at TEXT COLLATE "C" NOT NULL,
	proposal_id BIGINT,
	body TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, edition_id) REFERENCES editions (office_id, id)
);
CREATE UNIQUE INDEX revisions_number ON revisions (office_id, edition_id, number);
CREATE TABLE sessions (
	digest TEXT COLLATE "C" NOT NULL,
	office_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	opened_at TEXT COLLATE "C" NOT NULL,
	seen_at TEXT COLLATE "C" NOT NULL,
	proof TEXT COLLATE "C" NOT NULL,
	proven_at TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (digest),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
);
CREATE TABLE tokens (
	office_id BIGINT NOT NULL,
	hash TEXT COLLATE "C" NOT NULL,
	person_id BIGINT NOT NULL,
	purpose TEXT COLLATE "C" NOT NULL,
	expires_at TEXT COLLATE "C" NOT NULL,
	used_at TEXT COLLATE "C",
	PRIMARY KEY (office_id, hash),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
);
CREATE TABLE cases (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	edition_id BIGINT NOT NULL,
	revision_id BIGINT NOT NULL,
	year BIGINT,
	started_at TEXT COLLATE "C" NOT NULL,
	limits TEXT COLLATE "C" NOT NULL,
	single BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	ended_at TEXT COLLATE "C",
	reason BIGINT,
	judged BIGINT NOT NULL,
	PRIMARY KEY (office_id, id),
	CONSTRAINT cases_state CHECK (state IN ('running', 'completed', 'void', 'cancelled')),
	CONSTRAINT cases_version CHECK (version > 0),
	CONSTRAINT cases_end CHECK ((state = 'running') = (ended_at IS NULL)),
	FOREIGN KEY(office_id, edition_id) REFERENCES editions (office_id, id),
	FOREIGN KEY(office_id, revision_id) REFERENCES revisions (office_id, id)
);
CREATE INDEX cases_behind ON cases (office_id, edition_id, judged) WHERE state = 'running';
CREATE INDEX cases_edition ON cases (office_id, edition_id);
CREATE UNIQUE INDEX cases_one_per_edition ON cases (office_id, edition_id) WHERE single = 1 AND state <> 'cancelled';
CREATE TABLE stage_runs (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	stage TEXT COLLATE "C" NOT NULL,
	pass_no BIGINT NOT NULL,
	slot TEXT COLLATE "C" NOT NULL,
	revision_id BIGINT NOT NULL,
	activated_at TEXT COLLATE "C" NOT NULL,
	activated_seq BIGINT NOT NULL,
	due_at TEXT COLLATE "C",
	due_text TEXT COLLATE "C" NOT NULL,
	deadline_no BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	outcome TEXT COLLATE "C",
	redo TEXT COLLATE "C" NOT NULL,
	performed_by BIGINT,
	performed_position TEXT COLLATE "C",
	performed_capacity TEXT COLLATE "C",
	performed_for BIGINT,
	performed_at TEXT COLLATE "C",
	evidence TEXT COLLATE "C",
	present TEXT COLLATE "C" NOT NULL,
	result BIGINT,
	note BIGINT,
	submitted_at TEXT COLLATE "C",
	ended_at TEXT COLLATE "C",
	ended_seq BIGINT,
	seal TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	CONSTRAINT stage_runs_state CHECK (state IN ('active', 'submitted', 'completed', 'returned', 'void')),
	CONSTRAINT stage_runs_counters CHECK (pass_no > 0 AND version > 0),
	CONSTRAINT stage_runs_end CHECK ((state IN ('active', 'submitted')) = (ended_at IS NULL)),
	CONSTRAINT stage_runs_record CHECK ((ended_at IS NULL) = (ended_seq IS NULL)),
	CONSTRAINT stage_runs_paper CHECK ((performed_at IS NULL) = (evidence IS NULL)),
	CONSTRAINT stage_runs_seal CHECK ((state IN ('completed', 'returned')) = (seal IS NOT NULL)),
	CONSTRAINT stage_runs_performed CHECK (state NOT IN ('submitted', 'completed', 'returned') OR (performed_by IS NOT NULL AND outcome IS NOT NULL)),
	FOREIGN KEY(office_id, case_id) REFERENCES cases (office_id, id)
);
CREATE UNIQUE INDEX stage_runs_place ON stage_runs (office_id, case_id, stage, pass_no, slot);
CREATE TABLE attachments (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	run_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	name BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	size BIGINT NOT NULL,
	digest TEXT COLLATE "C" NOT NULL,
	attached_at TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	ended_at TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	CONSTRAINT attachments_state CHECK (state IN ('attached', 'withdrawn')),
	CONSTRAINT attachments_end CHECK ((state = 'attached') = (ended_at IS NULL)),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id),
	FOREIGN KEY(office_id, person_id) REFERENCES persons (office_id, id)
);
CREATE INDEX attachments_case ON attachments (office_id, case_id);
CREATE TABLE drafts (
	office_id BIGINT NOT NULL,
	run_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	saved_at TEXT COLLATE "C" NOT NULL,
	said TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, run_id),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
);
CREATE TABLE reminders (
	office_id BIGINT NOT NULL,
	run_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	position TEXT COLLATE "C" NOT NULL,
	level TEXT COLLATE "C" NOT NULL,
	deadline_no BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	rank BIGINT NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (office_id, run_id, person_id, level, deadline_no),
	CONSTRAINT reminders_state CHECK (state IN ('armed', 'sent', 'superseded')),
	CONSTRAINT reminders_kind CHECK (kind IN ('pengingat', 'eskalasi')),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
);
CREATE INDEX reminders_case ON reminders (office_id, case_id) WHERE state = 'armed';
CREATE INDEX reminders_due ON reminders (at) WHERE state = 'armed';
CREATE TABLE sign_offs (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	run_id BIGINT NOT NULL,
	position TEXT COLLATE "C" NOT NULL,
	turn BIGINT NOT NULL,
	requested_at TEXT COLLATE "C" NOT NULL,
	due_at TEXT COLLATE "C" NOT NULL,
	asked TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	person_id BIGINT,
	capacity TEXT COLLATE "C",
	answered_at TEXT COLLATE "C",
	note BIGINT,
	PRIMARY KEY (office_id, id),
	CONSTRAINT sign_offs_state CHECK (state IN ('requested', 'given', 'returned', 'withdrawn')),
	CONSTRAINT sign_offs_end CHECK ((state = 'requested') = (answered_at IS NULL)),
	CONSTRAINT sign_offs_person CHECK (state NOT IN ('given', 'returned') OR person_id IS NOT NULL),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
);
CREATE INDEX sign_offs_case ON sign_offs (office_id, case_id);
CREATE INDEX sign_offs_inbox ON sign_offs (office_id, position) WHERE state = 'requested';
CREATE TABLE tasks (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	run_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	position TEXT COLLATE "C" NOT NULL,
	capacity TEXT COLLATE "C" NOT NULL,
	offered_at TEXT COLLATE "C" NOT NULL,
	stands_for BIGINT,
	handed_by BIGINT,
	state TEXT COLLATE "C" NOT NULL,
	claimed_at TEXT COLLATE "C",
	ended_at TEXT COLLATE "C",
	PRIMARY KEY (office_id, id),
	CONSTRAINT tasks_state CHECK (state IN ('offered', 'claimed', 'done', 'withdrawn')),
	CONSTRAINT tasks_end CHECK ((state IN ('offered', 'claimed')) = (ended_at IS NULL)),
	CONSTRAINT tasks_claim CHECK (state <> 'claimed' OR claimed_at IS NOT NULL),
	FOREIGN KEY(office_id, run_id) REFERENCES stage_runs (office_id, id)
);
CREATE INDEX tasks_case ON tasks (office_id, case_id);
CREATE INDEX tasks_handed ON tasks (office_id, handed_by) WHERE state IN ('offered', 'claimed') AND handed_by IS NOT NULL;
CREATE INDEX tasks_inbox ON tasks (office_id, person_id) WHERE state IN ('offered', 'claimed');
CREATE UNIQUE INDEX tasks_one_claim ON tasks (office_id, run_id) WHERE state = 'claimed';
CREATE UNIQUE INDEX tasks_one_offer ON tasks (office_id, run_id, person_id) WHERE state IN ('offered', 'claimed');
CREATE TABLE files (
	office_id BIGINT NOT NULL,
	id BIGINT NOT NULL,
	body BYTEA,
	PRIMARY KEY (office_id, id),
	FOREIGN KEY(office_id, id) REFERENCES attachments (office_id, id)
);
