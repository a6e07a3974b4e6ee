-- +goose Up
-- How people prove who they are. epoch counts the changes of a password: sessions of an earlier one are over.
CREATE TABLE passwords (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    hash    TEXT NOT NULL,
    epoch   INTEGER NOT NULL
);

-- Sessions of browsers, under a hash of their token.
CREATE TABLE sessions (
    token      TEXT PRIMARY KEY,
    data       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires_at);

-- One-time links, under a hash of their token.
CREATE TABLE links (
    hash       BLOB PRIMARY KEY,
    kind       TEXT NOT NULL,
    email      TEXT NOT NULL,
    data       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL DEFAULT 0
);

-- Failed attempts, by whom and in which stretch of time.
CREATE TABLE failures (
    name    TEXT NOT NULL,
    stretch INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (name, stretch)
) WITHOUT ROWID;

-- OAuth: what browsers were asked to agree to, and devices that wait for somebody to agree.
CREATE TABLE oauth_requests (
    id          TEXT PRIMARY KEY,
    parameters  BLOB NOT NULL,
    user_id     INTEGER NOT NULL DEFAULT 0,
    code_hash   BLOB UNIQUE,
    created_at  INTEGER NOT NULL,
    approved_at INTEGER NOT NULL DEFAULT 0,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE oauth_devices (
    code_hash      BLOB PRIMARY KEY,
    user_code_hash BLOB NOT NULL UNIQUE,
    client_id      TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    address        TEXT NOT NULL,
    state          TEXT NOT NULL,
    user_id        INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    polled_at      INTEGER NOT NULL DEFAULT 0
);

-- Command lines that were let in, and their tokens. A login without tokens was revoked before it began.
CREATE TABLE logins (
    id         TEXT PRIMARY KEY,
    user_id    INTEGER NOT NULL,
    client_id  TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    method     TEXT NOT NULL,
    address    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL
);
CREATE INDEX logins_user ON logins (user_id);
CREATE TABLE oauth_tokens (
    id              TEXT PRIMARY KEY,
    login_id        TEXT NOT NULL REFERENCES logins (id),
    refresh_hash    BLOB NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    access_expires  INTEGER NOT NULL,
    refresh_expires INTEGER NOT NULL,
    used_at         INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX oauth_tokens_login ON oauth_tokens (login_id);

-- Keys of the OAuth server, encrypted with the server's secret.
CREATE TABLE oauth_keys (
    name       TEXT PRIMARY KEY,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
);
