-- +goose Up
-- How people prove who they are. epoch counts the changes of a password: sessions of an earlier one are over.
CREATE TABLE passwords (
    user_id BIGINT PRIMARY KEY REFERENCES users (id),
    hash    TEXT NOT NULL,
    epoch   BIGINT NOT NULL
);

-- Sessions of browsers, under a hash of their token.
CREATE TABLE sessions (
    token      TEXT PRIMARY KEY,
    data       BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- One-time links, under a hash of their token.
CREATE TABLE links (
    hash       BYTEA PRIMARY KEY,
    kind       TEXT NOT NULL,
    email      TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);

-- Failed attempts, by whom and in which stretch of time.
CREATE TABLE failures (
    name    TEXT NOT NULL,
    stretch BIGINT NOT NULL,
    count   BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (name, stretch)
);

-- OAuth: what browsers were asked to agree to, and devices that wait for somebody to agree.
CREATE TABLE oauth_requests (
    id          TEXT PRIMARY KEY,
    parameters  BYTEA NOT NULL,
    user_id     BIGINT NOT NULL DEFAULT 0,
    code_hash   BYTEA UNIQUE,
    created_at  BIGINT NOT NULL,
    approved_at BIGINT NOT NULL DEFAULT 0,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE oauth_devices (
    code_hash      BYTEA PRIMARY KEY,
    user_code_hash BYTEA NOT NULL UNIQUE,
    client_id      TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    address        TEXT NOT NULL,
    state          TEXT NOT NULL,
    user_id        BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    polled_at      BIGINT NOT NULL DEFAULT 0
);

-- Command lines that were let in, and their tokens. A login without tokens was revoked before it began.
CREATE TABLE logins (
    id         TEXT PRIMARY KEY,
    user_id    BIGINT NOT NULL,
    client_id  TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    method     TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);
CREATE INDEX logins_user ON logins (user_id);
CREATE TABLE oauth_tokens (
    id              TEXT PRIMARY KEY,
    login_id        TEXT NOT NULL REFERENCES logins (id),
    refresh_hash    BYTEA NOT NULL UNIQUE,
    created_at      BIGINT NOT NULL,
    access_expires  BIGINT NOT NULL,
    refresh_expires BIGINT NOT NULL,
    used_at         BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX oauth_tokens_login ON oauth_tokens (login_id);

-- Keys of the OAuth server, encrypted with the server's secret.
CREATE TABLE oauth_keys (
    name       TEXT PRIMARY KEY,
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
