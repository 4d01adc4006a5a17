"""Row-level security, keys within the branch, and the functions that guard the national registries."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE, EnableScope, Grant

_KEYS = """
ALTER TABLE recruitment_word ADD CONSTRAINT word_of_candidate
  FOREIGN KEY (branch_id, candidate_id) REFERENCES recruitment_candidate (branch_id, id);
ALTER TABLE recruitment_document ADD CONSTRAINT document_of_candidate
  FOREIGN KEY (branch_id, candidate_id) REFERENCES recruitment_candidate (branch_id, id);
ALTER TABLE recruitment_step ADD CONSTRAINT step_of_candidate
  FOREIGN KEY (branch_id, candidate_id) REFERENCES recruitment_candidate (branch_id, id);
ALTER TABLE recruitment_invitation ADD CONSTRAINT invitation_of_candidate
  FOREIGN KEY (branch_id, candidate_id) REFERENCES recruitment_candidate (branch_id, id);
"""

# A claim is one row by its primary key: of two branches that screen one person at once, the second waits and then reads who
# was first. A function sees every branch; what it tells is no name and no number.
_FUNCTIONS = f"""
CREATE FUNCTION recruitment_claim_nik(p_branch int, p_candidate uuid, p_hash bytea, p_at timestamptz)
RETURNS TABLE (branch_id int, candidate_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO recruitment_nik_claim AS c (nik_hash, branch_id, candidate_id, claimed_at)
  VALUES (p_hash, p_branch, p_candidate, p_at) ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT c.branch_id, c.candidate_id FROM recruitment_nik_claim c WHERE c.nik_hash = p_hash;
END $$;
CREATE FUNCTION recruitment_release_nik(p_branch int, p_candidate uuid) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE released int;
BEGIN
  DELETE FROM recruitment_nik_claim c WHERE c.branch_id = p_branch AND c.candidate_id = p_candidate;
  GET DIAGNOSTICS released = ROW_COUNT;
  RETURN released;
END $$;
CREATE FUNCTION recruitment_past(p_hash bytea)
RETURNS TABLE (kind text, branch_id int, candidate_id uuid, since date, until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT 'claim', c.branch_id, c.candidate_id, c.claimed_at::date, NULL::date
  FROM recruitment_nik_claim c WHERE c.nik_hash = p_hash
  UNION ALL
  SELECT b.kind, b.branch_id, b.candidate_id, b.since, b.until FROM recruitment_bar b WHERE b.nik_hash = p_hash
$$;
CREATE FUNCTION recruitment_set_bar(p_branch int, p_candidate uuid, p_hash bytea, p_kind text, p_since date, p_until date)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  INSERT INTO recruitment_bar (branch_id, candidate_id, nik_hash, kind, since, until)
  VALUES (p_branch, p_candidate, p_hash, p_kind, p_since, p_until)
  ON CONFLICT (branch_id, candidate_id, kind, since) DO UPDATE SET until = excluded.until
$$;
CREATE FUNCTION recruitment_lift_bar(p_branch int, p_candidate uuid, p_kind text, p_on date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE lifted int;
BEGIN
  UPDATE recruitment_bar b SET until = p_on
  WHERE b.branch_id = p_branch AND b.candidate_id = p_candidate AND b.kind = p_kind AND (b.until IS NULL OR b.until > p_on);
  GET DIAGNOSTICS lifted = ROW_COUNT;
  RETURN lifted;
END $$;
REVOKE ALL ON recruitment_nik_claim, recruitment_bar FROM {WEB_ROLE};
"""
_SIGNATURES = (
    "recruitment_claim_nik(int, uuid, bytea, timestamptz)",
    "recruitment_release_nik(int, uuid)",
    "recruitment_past(bytea)",
    "recruitment_set_bar(int, uuid, bytea, text, date, date)",
    "recruitment_lift_bar(int, uuid, text, date)",
)


class Migration(migrations.Migration):
    dependencies = [("recruitment", "0001_initial"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(_FUNCTIONS, "".join(f"DROP FUNCTION {one};" for one in _SIGNATURES)),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {one} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {one} TO {WEB_ROLE}",
                migrations.RunSQL.noop,
            )
            for one in _SIGNATURES
        ],
        Grant("recruitment_step", "SELECT, INSERT"),
        *[EnableScope(f"recruitment_{table}") for table in ("candidate", "word", "document", "step", "invitation")],
    ]
