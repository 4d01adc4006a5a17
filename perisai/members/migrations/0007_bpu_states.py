"""Whether somebody is a BPU member, by the keyed hash of the NIK, nationwide: state and month, no name and no number."""

from django.db import migrations

from perisai.events.rls import WEB_ROLE

# By the registry's key (nik_hash, segment), then one row of the holder's branch by its primary key.
_STATES = f"""
CREATE FUNCTION members_bpu_states(p_hashes bytea[]) RETURNS TABLE (nik_hash bytea, state text, paid_through date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT c.nik_hash, e.state, e.paid_through FROM members_nik_claim c
  JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
  WHERE c.segment = 'BPU' AND c.nik_hash = ANY (p_hashes)
$$;
REVOKE ALL ON FUNCTION members_bpu_states(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION members_bpu_states(bytea[]) TO {WEB_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0006_care")]

    operations = [migrations.RunSQL(_STATES, "DROP FUNCTION members_bpu_states(bytea[])")]
