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
    CREATE INDEX jobs_by_upstream_id ON jobs ((coalesce(sent, created))) WHERE upstream_id IS NOT NULL;
    CREATE INDEX jobs_in_doubt ON jobs (state) WHERE state IN ('submitting', 'unconfirmed', 'needs_decision');
    CREATE INDEX jobs_by_input ON jobs USING gin ((inputs::jsonb) jsonb_path_ops) WITH (fastupdate = off)
        WHERE state NOT IN ('canceled', 'failed', 'succeeded');
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
    CREATE INDEX spending_by_age ON spending USING brin (at);
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
# A day's sum, so that nobody adds up what a batch of any size has booked.
_SUMS = """
    CREATE TABLE spent (
        scope TEXT NOT NULL, day TEXT NOT NULL, cny DOUBLE PRECISION NOT NULL, PRIMARY KEY (scope, day)
    );
    CREATE FUNCTION qwen_localize_spent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO spent (scope, day, cny) VALUES (NEW.scope, NEW.day, NEW.cny)
            ON CONFLICT (scope, day) DO UPDATE SET cny = spent.cny + excluded.cny;
        RETURN NULL;
    END $$;
    CREATE FUNCTION qwen_localize_settled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE spent SET cny = cny + NEW.cny - OLD.cny WHERE scope = NEW.scope AND day = NEW.day;
        RETURN NULL;
    END $$;
    CREATE TRIGGER qwen_localize_spent AFTER INSERT ON spending
        FOR EACH ROW WHEN (NEW.cny <> 0) EXECUTE FUNCTION qwen_localize_spent();
    CREATE TRIGGER qwen_localize_settled AFTER UPDATE ON spending
        FOR EACH ROW WHEN (NEW.cny <> OLD.cny) EXECUTE FUNCTION qwen_localize_settled();
"""
# The next place of a queue, however many there are; the words of the order are this index's alone, so that nothing
# else is used. And the places that somebody has taken, of whom some may be gone.
_NEXT_PLACE = """
    CREATE INDEX qwen_localize_next_place ON procrastinate_jobs (queue_name, (-priority), id) WHERE status = 'todo';
    CREATE INDEX qwen_localize_taken_places ON procrastinate_jobs (queueing_lock) WHERE status = 'doing'
"""


def migrations() -> tuple[str, ...]:
    """All steps. Which version of procrastinate is installed, pyproject.toml says: its next schema is a step here."""
    from procrastinate.schema import SchemaManager

    return (_TABLES, SchemaManager.get_schema(), _NEXT_PLACE, _SUMS)
