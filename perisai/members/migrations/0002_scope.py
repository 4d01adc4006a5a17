"""Row-level security, keys within the branch, and the functions that guard the national registry of NIKs."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_KEYS = """
ALTER TABLE members_enrolment ADD CONSTRAINT enrolment_of_person
  FOREIGN KEY (branch_id, person_id) REFERENCES members_person (branch_id, id);
ALTER TABLE members_heir ADD CONSTRAINT heir_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE members_consent ADD CONSTRAINT consent_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE members_photo ADD CONSTRAINT photo_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
ALTER TABLE members_review ADD CONSTRAINT review_of_enrolment
  FOREIGN KEY (branch_id, enrolment_id) REFERENCES members_enrolment (branch_id, id);
CREATE INDEX nik_claim_enrolment ON members_nik_claim (branch_id, enrolment_id);
"""

# Hashes are claimed in sorted order, so that two pushes of the same family never wait for each other in a circle; the second
# statement sees what the one we waited for has committed. Answers who holds each hash now.
_CLAIM = f"""
CREATE FUNCTION members_claim_niks(p_segment text, p_branch int, p_hashes bytea[], p_enrolments uuid[], p_at timestamptz)
RETURNS TABLE (nik_hash bytea, branch_id int, enrolment_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO members_nik_claim AS c (nik_hash, segment, branch_id, enrolment_id, claimed_at)
  SELECT asked.hash, p_segment, p_branch, asked.enrolment, p_at
  FROM unnest(p_hashes, p_enrolments) WITH ORDINALITY AS asked (hash, enrolment, place)
  ORDER BY asked.hash, asked.place
  ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT c.nik_hash, c.branch_id, c.enrolment_id FROM members_nik_claim c
  WHERE c.segment = p_segment AND c.nik_hash = ANY (p_hashes);
END $$;
CREATE FUNCTION members_release_niks(p_branch int, p_enrolments uuid[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE released int;
BEGIN
  DELETE FROM members_nik_claim c WHERE c.branch_id = p_branch AND c.enrolment_id = ANY (p_enrolments);
  GET DIAGNOSTICS released = ROW_COUNT;
  RETURN released;
END $$;
REVOKE ALL ON FUNCTION members_claim_niks(text, int, bytea[], uuid[], timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION members_release_niks(int, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION members_claim_niks(text, int, bytea[], uuid[], timestamptz) TO {WEB_ROLE};
GRANT EXECUTE ON FUNCTION members_release_niks(int, uuid[]) TO {WEB_ROLE};
REVOKE ALL ON members_nik_claim FROM {WEB_ROLE};
"""

_DROP = """
DROP FUNCTION members_claim_niks(text, int, bytea[], uuid[], timestamptz);
DROP FUNCTION members_release_niks(int, uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(_CLAIM, _DROP),
        Grant("members_consent", "SELECT, INSERT"),
        *[EnableScope(f"members_{table}") for table in ("person", "enrolment", "heir", "consent", "photo", "review")],
    ]
