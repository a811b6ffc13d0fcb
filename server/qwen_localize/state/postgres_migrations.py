"""The versions of the shared database. Step n brings version n-1 to version n.

Steps are only ever added, and only add: while replicas are upgraded one by one, the older ones go on with what they
know. A column that a step adds has a default, and nothing is renamed or dropped.
"""

_TABLES = """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY, rowid BIGINT GENERATED ALWAYS AS IDENTITY,
        scope TEXT NOT NULL, principal TEXT NOT NULL, tool TEXT NOT NULL, label TEXT NOT NULL,
        digest TEXT NOT NULL, model TEXT NOT NULL, directory TEXT NOT NULL, stem TEXT NOT NULL, owner TEXT NOT NULL,
        created DOUBLE PRECISION NOT NULL, changed DOUBLE PRECISION NOT NULL, cost DOUBLE PRECISION,
        arguments TEXT NOT NULL, inputs TEXT NOT NULL, pieces INTEGER NOT NULL, kind TEXT NOT NULL,
        state TEXT NOT NULL, upstream_id TEXT, request_id TEXT NOT NULL, sent DOUBLE PRECISION,
        lost DOUBLE PRECISION, skew DOUBLE PRECISION, tries INTEGER NOT NULL, urls TEXT NOT NULL,
        usage TEXT NOT NULL, planned TEXT NOT NULL, artifacts TEXT NOT NULL, details TEXT NOT NULL,
        answer TEXT NOT NULL, message TEXT NOT NULL, cancel BOOLEAN NOT NULL, parent TEXT NOT NULL
    );
    CREATE UNIQUE INDEX one_live_job_per_request ON jobs (scope, principal, digest)
        WHERE state NOT IN ('succeeded', 'failed', 'canceled');
    CREATE INDEX jobs_by_digest ON jobs (digest);
    CREATE INDEX jobs_at_work ON jobs (scope, state) WHERE NOT (state = 'prepared' AND owner = '');
    CREATE INDEX jobs_waiting ON jobs (changed) WHERE owner = '';
    CREATE INDEX jobs_by_change ON jobs (changed);
    CREATE INDEX jobs_by_parent ON jobs (parent) WHERE parent <> '';
    CREATE INDEX jobs_by_principal ON jobs (principal, created) WHERE parent = '';
    CREATE INDEX jobs_upstream ON jobs (scope, model) WHERE state IN ('queued', 'running');
    CREATE INDEX jobs_by_upstream_id ON jobs (sent) WHERE upstream_id IS NOT NULL;
    CREATE TABLE joined (batch TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (batch, job));
    CREATE TABLE reservations (
        name TEXT NOT NULL, at DOUBLE PRECISION NOT NULL, tokens INTEGER NOT NULL, mark DOUBLE PRECISION NOT NULL
    );
    CREATE INDEX reservations_by_name ON reservations (name, at);
    CREATE TABLE spending (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, scope TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,
        day TEXT NOT NULL, tool TEXT NOT NULL, model TEXT NOT NULL, cny DOUBLE PRECISION NOT NULL, job_id TEXT
    );
    CREATE INDEX spending_by_day ON spending (scope, day);
    CREATE INDEX spending_by_job ON spending (job_id) WHERE job_id IS NOT NULL;
    CREATE TABLE budgets (scope TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (scope, day));
    CREATE TABLE answers (key TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL, text TEXT NOT NULL);
    CREATE INDEX answers_by_age ON answers (at);
    CREATE TABLE notices (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at DOUBLE PRECISION NOT NULL, words TEXT NOT NULL
    );
    CREATE TABLE acknowledged (notice BIGINT NOT NULL, principal TEXT NOT NULL, PRIMARY KEY (notice, principal));
    CREATE TABLE processes (name TEXT PRIMARY KEY, seen DOUBLE PRECISION NOT NULL, has_left BOOLEAN NOT NULL);
    CREATE TABLE leaders (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until DOUBLE PRECISION NOT NULL);
    CREATE TABLE gates (
        name TEXT PRIMARY KEY, holder TEXT NOT NULL, until DOUBLE PRECISION NOT NULL, opens DOUBLE PRECISION NOT NULL
    );
    CREATE TABLE turns (
        gate TEXT NOT NULL, job TEXT NOT NULL, priority INTEGER NOT NULL, since DOUBLE PRECISION NOT NULL,
        seen DOUBLE PRECISION NOT NULL, PRIMARY KEY (gate, job)
    );
    """
# The next place of a queue, however many there are.
_NEXT_PLACE = """
    CREATE INDEX qwen_localize_next_place ON procrastinate_jobs (queue_name, priority DESC, id) WHERE status = 'todo'
"""


def migrations() -> tuple[str, ...]:
    """All steps. Which version of procrastinate is installed, pyproject.toml says: its next schema is a step here."""
    from procrastinate.schema import SchemaManager

    return (_TABLES, SchemaManager.get_schema(), _NEXT_PLACE)
