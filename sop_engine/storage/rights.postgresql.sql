-- What the role that works in the database may do: nothing is truncated, only old answers and sessions are deleted.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, UPDATE (head_seq, head_hash, head_at, next_id, setup_version) ON offices TO {role};
GRANT SELECT, INSERT ON persons, documents, revisions, receipts, events TO {role};
GRANT SELECT, INSERT, UPDATE (until_at) ON holders, absences TO {role};
GRANT SELECT, INSERT, UPDATE (
    password_hash, changed_at, totp_secret, totp_step, failures, locked_until
) ON credentials TO {role};
GRANT SELECT, INSERT, UPDATE (used_at) ON tokens TO {role};
GRANT SELECT, INSERT, UPDATE (cursor) ON handovers TO {role};
GRANT SELECT, INSERT, UPDATE (state, ended_at) ON attachments TO {role};
GRANT SELECT, INSERT, UPDATE (body) ON files TO {role};
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at) ON proposals TO {role};
GRANT SELECT, INSERT, UPDATE (
    organisation, state, version, revision_id, signed_by, signed_position, signed_capacity, signature, signed_at,
    in_force_at, evidence, witness, single_case, ended_at, followed
) ON editions TO {role};
GRANT SELECT, INSERT, UPDATE (revision_id, state, version, ended_at, reason, judged) ON cases TO {role};
GRANT SELECT, INSERT, UPDATE (
    revision_id, due_at, due_text, deadline_no, state, version, outcome, redo, performed_by, performed_position,
    performed_capacity, performed_for, performed_at, evidence, present, result, note, submitted_at, ended_at, ended_seq, seal
) ON stage_runs TO {role};
GRANT SELECT, INSERT, UPDATE (capacity, offered_at, state, claimed_at, ended_at) ON tasks TO {role};
GRANT SELECT, INSERT, UPDATE (
    turn, requested_at, due_at, asked, state, person_id, capacity, answered_at, note
) ON sign_offs TO {role};
GRANT SELECT, INSERT, UPDATE (body) ON texts TO {role};
GRANT SELECT, INSERT, UPDATE (state) ON reminders TO {role};
GRANT SELECT, INSERT, UPDATE (state, next_at, attempts, fence, owner, body, error, sent_at) ON messages TO {role};
GRANT SELECT, INSERT, DELETE ON answers TO {role};
GRANT SELECT, INSERT, UPDATE (digest, seen_at, proof, proven_at), DELETE ON sessions TO {role};
GRANT SELECT, INSERT, UPDATE (person_id, saved_at, said) ON drafts TO {role};
GRANT SELECT, INSERT, UPDATE (at) ON heartbeats TO {role}
