"""Row-level security, keys within the branch, and the function that guards the country's registry of NPPs."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_KEYS = """
ALTER TABLE employers_job ADD CONSTRAINT job_of_employer
  FOREIGN KEY (branch_id, employer_id) REFERENCES employers_employer (branch_id, id);
ALTER TABLE employers_job ADD CONSTRAINT job_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE employers_wage ADD CONSTRAINT wage_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE employers_change ADD CONSTRAINT change_of_employer
  FOREIGN KEY (branch_id, employer_id) REFERENCES employers_employer (branch_id, id);
ALTER TABLE employers_change ADD CONSTRAINT change_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE employers_bill ADD CONSTRAINT bill_of_employer
  FOREIGN KEY (branch_id, employer_id) REFERENCES employers_employer (branch_id, id);
ALTER TABLE employers_import ADD CONSTRAINT import_of_employer
  FOREIGN KEY (branch_id, employer_id) REFERENCES employers_employer (branch_id, id);
ALTER TABLE employers_import_row ADD CONSTRAINT row_of_import
  FOREIGN KEY (branch_id, import_id) REFERENCES employers_import (branch_id, id);
"""

# One row by its primary key: of two branches that enter one number at once, the second waits and then reads who was first. What
# an employer held before stands free again.
_CLAIM = f"""
CREATE FUNCTION employers_claim_npp(p_branch int, p_employer uuid, p_npp text, p_at timestamptz)
RETURNS TABLE (branch_id int, employer_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO employers_npp AS n (npp, branch_id, employer_id, claimed_at)
  VALUES (p_npp, p_branch, p_employer, p_at) ON CONFLICT DO NOTHING;
  DELETE FROM employers_npp n WHERE n.branch_id = p_branch AND n.employer_id = p_employer AND n.npp <> p_npp
    AND EXISTS (SELECT FROM employers_npp o WHERE o.npp = p_npp AND o.branch_id = p_branch AND o.employer_id = p_employer);
  RETURN QUERY SELECT n.branch_id, n.employer_id FROM employers_npp n WHERE n.npp = p_npp;
END $$;
CREATE INDEX npp_employer ON employers_npp (branch_id, employer_id);
REVOKE ALL ON FUNCTION employers_claim_npp(int, uuid, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION employers_claim_npp(int, uuid, text, timestamptz) TO {WEB_ROLE};
REVOKE ALL ON employers_npp FROM {WEB_ROLE};
"""

_TABLES = ("employer", "job", "wage", "change", "bill", "import", "import_row")
_APPEND_ONLY = ("wage", "change", "import_row")


class Migration(migrations.Migration):
    dependencies = [("employers", "0001_initial"), ("members", "0009_payers"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(
            _CLAIM, "DROP FUNCTION employers_claim_npp(int, uuid, text, timestamptz); DROP INDEX npp_employer"
        ),
        *[EnableScope(f"employers_{table}") for table in _TABLES],
        *[Grant(f"employers_{table}", "SELECT, INSERT") for table in _APPEND_ONLY],
        *[Grant(f"employers_{table}", "SELECT, INSERT, UPDATE") for table in _TABLES if table not in _APPEND_ONLY],
    ]
