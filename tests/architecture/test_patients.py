"""Every statement on a diary's tables names one patient, and one that does not is heard."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.storage.engines import make_engine
from tests.support.statements import heard, names_its_patient


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT records.fields FROM records WHERE records.patient = %(patient)s AND records.kind = %(kind)s",
        "UPDATE patient_state SET rev=(patient_state.rev + 1) WHERE patient_state.patient = ? RETURNING rev",
        "DELETE FROM record_history\nWHERE patient IN (?)",
        'INSERT INTO "records" ("patient", "kind") VALUES (?, ?)',
        "SELECT 1 FROM records WHERE (patient, kind, id) IN (SELECT * FROM unnest(?, ?, ?))",
        "SELECT rev FROM accounts JOIN patient_state ON accounts.key = patient_state.patient",
        "SELECT 1 FROM records AS a, records WHERE a.patient = records.patient AND records.patient = ?",
        "SELECT 'records' FROM accounts",
        "CREATE VIEW days AS SELECT patient FROM records",
        "PRAGMA table_info(records)",
    ],
)
def test_a_statement_that_names_its_patient_passes(statement: str) -> None:
    assert names_its_patient(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT records.patient, records.fields FROM records WHERE records.kind = ?",
        "SELECT max(rev) FROM patient_state",
        "UPDATE records SET deleted = 1",
        "DELETE FROM main.record_history WHERE id = ?",
        "WITH old AS (SELECT id FROM record_history) SELECT * FROM old",
        "SELECT 1 FROM records, record_history WHERE records.patient = ?",
        "INSERT INTO records (kind, id) VALUES (?, ?)",
    ],
)
def test_a_statement_without_a_patient_is_found(statement: str) -> None:
    assert not names_its_patient(statement)


def test_what_runs_on_any_engine_is_heard(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'diary.db'}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE records (patient INTEGER, id TEXT)"))
        connection.execute(text("SELECT id FROM records WHERE patient = 1"))
        assert heard == []
        connection.execute(text("SELECT id FROM records"))
        assert heard == ["SELECT id FROM records"]
        heard.clear()
        connection.execution_options(any_patient=True).execute(text("SELECT id FROM records"))
        assert heard == []
