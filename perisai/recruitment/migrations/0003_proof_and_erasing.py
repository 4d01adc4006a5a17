"""A proof of membership that an officer accepts, and closed applications whose personal data goes."""

from django.db import migrations, models

from perisai.events.rls import WEB_ROLE

# Steps are written once and never changed, but for the officer's words, which go with the rest: only of applications in the scope
# that are erased.
_NOTES = f"""
CREATE FUNCTION recruitment_erase_notes(p_branch int, p_candidates uuid[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE erased int;
BEGIN
  UPDATE recruitment_step s SET note = '' FROM recruitment_candidate c
  WHERE s.branch_id = p_branch AND s.candidate_id = ANY (p_candidates) AND s.note <> ''
    AND c.branch_id = s.branch_id AND c.id = s.candidate_id AND c.erased_at IS NOT NULL
    AND p_branch = ANY (current_setting('perisai.branches')::int[]);
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;
REVOKE ALL ON FUNCTION recruitment_erase_notes(int, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION recruitment_erase_notes(int, uuid[]) TO {WEB_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recruitment", "0002_scope"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="document",
            name="document_kind",
        ),
        migrations.AddField(
            model_name="candidate",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="accepted_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="candidate",
            name="birth_date",
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.TextField(
                choices=[
                    ("id_card", "foto KTP"),
                    ("face", "foto wajah"),
                    ("certificate", "ijazah"),
                    ("bank_book", "buku rekening"),
                    ("membership", "bukti kepesertaan BPU"),
                ]
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True), ("state__in", ["refused", "withdrawn"])),
                fields=["branch_id", "state_since"],
                name="candidate_to_erase",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("birth_date__isnull", False), ("erased_at__isnull", True)),
                    models.Q(
                        ("account_holder", ""),
                        ("account_sealed__isnull", True),
                        ("birth_date__isnull", True),
                        ("erased_at__isnull", False),
                        ("full_name", ""),
                        ("kpj", ""),
                        ("nik_masked", ""),
                        ("nik_sealed", b""),
                        ("phone", ""),
                        ("reason_note", ""),
                        ("state__in", ["refused", "withdrawn"]),
                    ),
                    _connector="OR",
                ),
                name="candidate_erased_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["id_card", "face", "certificate", "bank_book", "membership"])),
                name="document_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_at__isnull", True), ("kind", "membership"), _connector="OR"),
                name="document_proof_accepted",
            ),
        ),
        migrations.RunSQL(_NOTES, "DROP FUNCTION recruitment_erase_notes(int, uuid[])"),
    ]
