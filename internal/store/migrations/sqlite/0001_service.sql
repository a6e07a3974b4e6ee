-- +goose Up
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What jobs, keys and counts belong to. kind is 'user' today; a team would be another.
CREATE TABLE owners (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    tier       TEXT NOT NULL,
    created_at INTEGER NOT NULL -- as all times: milliseconds since 1970, 0 for none
);

CREATE TABLE users (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    email       TEXT NOT NULL UNIQUE,
    owner_id    INTEGER NOT NULL REFERENCES owners (id), -- of their own
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER NOT NULL
);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    owner_id     INTEGER NOT NULL REFERENCES owners (id),
    user_id      INTEGER NOT NULL REFERENCES users (id),
    family       TEXT NOT NULL,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,
    scopes       TEXT NOT NULL,
    daily_limit  INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    rotated_at   INTEGER NOT NULL,
    revoked_at   INTEGER NOT NULL
);
CREATE INDEX api_keys_owner ON api_keys (owner_id);

-- The audit log.
CREATE TABLE events (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    address  TEXT NOT NULL,
    action   TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL
);
CREATE INDEX events_owner ON events (owner_id, id);

-- Accepted jobs, less those given back. Days count from 1970.
CREATE TABLE usage (
    owner_id INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    jobs     INTEGER NOT NULL,
    PRIMARY KEY (owner_id, day)
) WITHOUT ROWID;

CREATE TABLE key_usage (
    family TEXT NOT NULL,
    day    INTEGER NOT NULL,
    jobs   INTEGER NOT NULL,
    PRIMARY KEY (family, day)
) WITHOUT ROWID;

-- A job waits for release while status is 'queued' and worker ''. It is in the hands of worker while that is not '' and completed_at
-- is 0. Nothing refers to owners here: admission would have to look each of them up.
CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id         TEXT NOT NULL,
    owner_id       INTEGER NOT NULL,
    key_id         TEXT NOT NULL,
    key_family     TEXT NOT NULL,
    name           TEXT NOT NULL,
    tags           TEXT NOT NULL, -- JSON
    digest         BLOB NOT NULL,
    shots          INTEGER NOT NULL,
    seed           TEXT NOT NULL, -- '' where the run draws one
    method         TEXT NOT NULL,
    memory         INTEGER NOT NULL,
    qubits         INTEGER NOT NULL,
    priority       INTEGER NOT NULL,
    time_limit     INTEGER NOT NULL, -- milliseconds
    plan_method    TEXT NOT NULL,
    plan_precision TEXT NOT NULL,
    plan_seconds   REAL NOT NULL,
    plan_bytes     INTEGER NOT NULL,
    day            INTEGER NOT NULL,
    status         TEXT NOT NULL,
    attempt        INTEGER NOT NULL DEFAULT 0,
    lost           INTEGER NOT NULL DEFAULT 0,
    worker         TEXT NOT NULL DEFAULT '',
    error_code     TEXT NOT NULL DEFAULT '',
    error_detail   TEXT NOT NULL DEFAULT '',
    created_at     INTEGER NOT NULL,
    released_at    INTEGER NOT NULL DEFAULT 0,
    started_at     INTEGER NOT NULL DEFAULT 0,
    completed_at   INTEGER NOT NULL DEFAULT 0,
    cancel_at      INTEGER NOT NULL DEFAULT 0,
    purged_at      INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX jobs_job_id ON jobs (owner_id, job_id);
CREATE INDEX jobs_owner ON jobs (owner_id, id);
CREATE INDEX jobs_waiting ON jobs (id) WHERE status = 'queued' AND worker = '';
CREATE INDEX jobs_in_hand ON jobs (worker, id) WHERE worker <> '' AND completed_at = 0;
CREATE INDEX jobs_completed ON jobs (completed_at) WHERE completed_at > 0;

CREATE TABLE job_tags (
    owner_id INTEGER NOT NULL,
    tag      TEXT NOT NULL,
    job      INTEGER NOT NULL,
    PRIMARY KEY (owner_id, tag, job)
) WITHOUT ROWID;
CREATE INDEX job_tags_job ON job_tags (job);

-- Compressed.
CREATE TABLE circuits (
    job  INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);
CREATE TABLE results (
    job  INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

CREATE TABLE workers (
    id           TEXT PRIMARY KEY,
    host         TEXT NOT NULL,
    pid          INTEGER NOT NULL,
    slots        INTEGER NOT NULL,
    max_memory   INTEGER NOT NULL,
    kernel       TEXT NOT NULL,
    version      TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL
) WITHOUT ROWID;

-- The office of dispatcher: one row, with id 1.
CREATE TABLE dispatcher (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,
    term   INTEGER NOT NULL,
    until  INTEGER NOT NULL
);
