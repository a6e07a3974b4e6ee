-- +goose Up
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What jobs, keys and counts belong to. kind is 'user' today; a team would be another.
CREATE TABLE owners (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       TEXT NOT NULL,
    tier       TEXT NOT NULL,
    created_at BIGINT NOT NULL -- as all times: milliseconds since 1970, 0 for none
);

CREATE TABLE users (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE,
    owner_id    BIGINT NOT NULL REFERENCES owners (id), -- of their own
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    owner_id     BIGINT NOT NULL REFERENCES owners (id),
    user_id      BIGINT NOT NULL REFERENCES users (id),
    family       TEXT NOT NULL,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    hash         BYTEA NOT NULL UNIQUE,
    scopes       TEXT NOT NULL,
    daily_limit  BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    rotated_at   BIGINT NOT NULL,
    revoked_at   BIGINT NOT NULL
);
CREATE INDEX api_keys_owner ON api_keys (owner_id);

-- The audit log.
CREATE TABLE events (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    address  TEXT NOT NULL,
    action   TEXT NOT NULL,
    owner_id BIGINT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL
);
CREATE INDEX events_owner ON events (owner_id, id);

-- Accepted jobs, less those given back. Days count from 1970.
CREATE TABLE usage (
    owner_id BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    jobs     BIGINT NOT NULL,
    PRIMARY KEY (owner_id, day)
);

CREATE TABLE key_usage (
    family TEXT NOT NULL,
    day    BIGINT NOT NULL,
    jobs   BIGINT NOT NULL,
    PRIMARY KEY (family, day)
);

-- A job waits for release while status is 'queued' and worker ''. It is in the hands of worker while that is not '' and completed_at
-- is 0. Nothing refers to owners here: admission would have to look each of them up.
CREATE TABLE jobs (
    id             BIGSERIAL PRIMARY KEY,
    job_id         TEXT NOT NULL,
    owner_id       BIGINT NOT NULL,
    key_id         TEXT NOT NULL,
    key_family     TEXT NOT NULL,
    name           TEXT NOT NULL,
    tags           TEXT NOT NULL, -- JSON
    digest         BYTEA NOT NULL,
    shots          BIGINT NOT NULL,
    seed           TEXT NOT NULL, -- '' where the run draws one
    method         TEXT NOT NULL,
    memory         BOOLEAN NOT NULL,
    qubits         BIGINT NOT NULL,
    priority       BIGINT NOT NULL,
    time_limit     BIGINT NOT NULL, -- milliseconds
    plan_method    TEXT NOT NULL,
    plan_precision TEXT NOT NULL,
    plan_seconds   DOUBLE PRECISION NOT NULL,
    plan_bytes     BIGINT NOT NULL,
    day            BIGINT NOT NULL,
    status         TEXT NOT NULL,
    attempt        BIGINT NOT NULL DEFAULT 0,
    lost           BIGINT NOT NULL DEFAULT 0,
    worker         TEXT NOT NULL DEFAULT '',
    error_code     TEXT NOT NULL DEFAULT '',
    error_detail   TEXT NOT NULL DEFAULT '',
    created_at     BIGINT NOT NULL,
    released_at    BIGINT NOT NULL DEFAULT 0,
    started_at     BIGINT NOT NULL DEFAULT 0,
    completed_at   BIGINT NOT NULL DEFAULT 0,
    cancel_at      BIGINT NOT NULL DEFAULT 0,
    purged_at      BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX jobs_job_id ON jobs (owner_id, job_id);
CREATE INDEX jobs_owner ON jobs (owner_id, id);
CREATE INDEX jobs_waiting ON jobs (id) WHERE status = 'queued' AND worker = '';
CREATE INDEX jobs_in_hand ON jobs (worker, id) WHERE worker <> '' AND completed_at = 0;
CREATE INDEX jobs_completed ON jobs (completed_at) WHERE completed_at > 0;

CREATE TABLE job_tags (
    owner_id BIGINT NOT NULL,
    tag      TEXT NOT NULL,
    job      BIGINT NOT NULL,
    PRIMARY KEY (owner_id, tag, job)
);
CREATE INDEX job_tags_job ON job_tags (job);

-- Compressed.
CREATE TABLE circuits (
    job  BIGINT PRIMARY KEY,
    body BYTEA NOT NULL
);
CREATE TABLE results (
    job  BIGINT PRIMARY KEY,
    body BYTEA NOT NULL
);

CREATE TABLE workers (
    id           TEXT PRIMARY KEY,
    host         TEXT NOT NULL,
    pid          BIGINT NOT NULL,
    slots        BIGINT NOT NULL,
    max_memory   BIGINT NOT NULL,
    kernel       TEXT NOT NULL,
    version      TEXT NOT NULL,
    started_at   BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);

-- The office of dispatcher: one row, with id 1.
CREATE TABLE dispatcher (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,
    term   BIGINT NOT NULL,
    until  BIGINT NOT NULL
);
