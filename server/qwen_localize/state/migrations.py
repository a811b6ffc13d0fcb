"""The versions of the file. Step n brings version n-1 to version n; steps are only ever added."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY, scope TEXT NOT NULL, tool TEXT NOT NULL, label TEXT NOT NULL, digest TEXT NOT NULL,
        model TEXT NOT NULL, directory TEXT NOT NULL, stem TEXT NOT NULL, owner TEXT NOT NULL,
        created REAL NOT NULL, changed REAL NOT NULL, cost REAL, kind TEXT NOT NULL, state TEXT NOT NULL,
        upstream_id TEXT,
        request_id TEXT NOT NULL, sent REAL, lost REAL, urls TEXT NOT NULL, usage TEXT NOT NULL,
        planned TEXT NOT NULL, artifacts TEXT NOT NULL, details TEXT NOT NULL, message TEXT NOT NULL,
        joins INTEGER NOT NULL, cancel INTEGER NOT NULL
    );
    CREATE INDEX jobs_by_state ON jobs (scope, state);
    CREATE UNIQUE INDEX one_live_job_per_request ON jobs (scope, digest)
        WHERE state NOT IN ('succeeded', 'failed', 'canceled');
    CREATE TABLE places (name TEXT NOT NULL, at REAL NOT NULL, tokens INTEGER NOT NULL);
    CREATE INDEX places_by_name ON places (name, at);
    CREATE TABLE spending (
        id INTEGER PRIMARY KEY, scope TEXT NOT NULL, at REAL NOT NULL, day TEXT NOT NULL, tool TEXT NOT NULL,
        model TEXT NOT NULL, cny REAL NOT NULL, job_id TEXT
    );
    CREATE TABLE answers (key TEXT PRIMARY KEY, at REAL NOT NULL, text TEXT NOT NULL);
    CREATE INDEX spending_by_day ON spending (scope, day);
    """,
    # Jobs are now data that any process can go on with. What an earlier version had not sent cannot be: it ends, free.
    """
    ALTER TABLE jobs ADD COLUMN arguments TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE jobs ADD COLUMN inputs TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE jobs ADD COLUMN pieces INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE jobs ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN answer TEXT NOT NULL DEFAULT '';
    UPDATE spending SET cny = 0 WHERE job_id IN
        (SELECT id FROM jobs WHERE state = 'prepared' OR (kind = 'batch' AND state = 'running'));
    UPDATE jobs SET state = 'failed', cost = 0,
        message = 'An older version of this server began it and never sent it: nothing was paid. Call the tool again.'
        WHERE state = 'prepared' OR (kind = 'batch' AND state = 'running');
    UPDATE jobs SET state = 'unconfirmed' WHERE state = 'unsure';
    UPDATE jobs SET state = 'needs_decision' WHERE state = 'unclear';
    CREATE INDEX jobs_by_change ON jobs (changed);
    DROP TABLE places;
    CREATE TABLE reservations (name TEXT NOT NULL, at REAL NOT NULL, tokens INTEGER NOT NULL);
    CREATE INDEX reservations_by_name ON reservations (name, at);
    CREATE TABLE notices (id INTEGER PRIMARY KEY, at REAL NOT NULL, words TEXT NOT NULL);
    """,
    # Who waits for a batch says so itself; and a clock that was put right after a submission can be told.
    """
    ALTER TABLE jobs DROP COLUMN joins;
    ALTER TABLE jobs ADD COLUMN skew REAL;
    """,
    # A part of a batch may be a job by itself, which names the batch.
    """
    ALTER TABLE jobs ADD COLUMN parent TEXT NOT NULL DEFAULT '';
    CREATE INDEX jobs_by_parent ON jobs (parent);
    """,
    # A batch may need what another call has begun and not ended: it joins that job, and remembers it.
    """
    CREATE TABLE joined (batch TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (batch, job));
    """,
    # Several principals may share a server: equal requests of two are two jobs, and each reads notices for itself.
    """
    ALTER TABLE jobs ADD COLUMN principal TEXT NOT NULL DEFAULT '';
    DROP INDEX one_live_job_per_request;
    CREATE UNIQUE INDEX one_live_job_per_request ON jobs (scope, principal, digest)
        WHERE state NOT IN ('succeeded', 'failed', 'canceled');
    CREATE INDEX jobs_by_principal ON jobs (principal, created);
    CREATE TABLE acknowledged (notice INTEGER NOT NULL, principal TEXT NOT NULL, PRIMARY KEY (notice, principal));
    """,
    # A reservation is known by the moment that its own process had; and a day's budget is a row that can be locked.
    """
    ALTER TABLE reservations ADD COLUMN mark REAL NOT NULL DEFAULT 0;
    CREATE TABLE budgets (scope TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (scope, day));
    CREATE VIEW spent AS SELECT scope, day, sum(cny) AS cny FROM spending GROUP BY scope, day;
    """,
)
