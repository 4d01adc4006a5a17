"""Row-level security, keys within the branch, and no page of two books of a series."""

from django.db import migrations

from perisai.events.rls import EnableScope, Grant

KEPT = ("receipt", "line", "deposit", "number", "numbering", "book", "permission", "certificate")
ADDED = ("deposit_line", "spoilt_page", "alert")

_KEYS = """
ALTER TABLE custody_line ADD CONSTRAINT custody_line_of_receipt
  FOREIGN KEY (branch_id, receipt_id) REFERENCES custody_receipt (branch_id, id);
ALTER TABLE custody_receipt ADD CONSTRAINT custody_receipt_of_agent
  FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id);
ALTER TABLE custody_receipt ADD CONSTRAINT custody_receipt_of_book
  FOREIGN KEY (branch_id, book_id) REFERENCES custody_book (branch_id, id);
ALTER TABLE custody_deposit ADD CONSTRAINT custody_deposit_of_agent
  FOREIGN KEY (branch_id, agent_id) REFERENCES agents_agent (branch_id, id);
ALTER TABLE custody_deposit_line ADD CONSTRAINT deposit_line_of_deposit
  FOREIGN KEY (branch_id, deposit_id) REFERENCES custody_deposit (branch_id, id);
ALTER TABLE custody_deposit_line ADD CONSTRAINT deposit_line_of_line
  FOREIGN KEY (branch_id, receipt_id, n) REFERENCES custody_line (branch_id, receipt_id, n);
ALTER TABLE custody_spoilt_page ADD CONSTRAINT spoilt_page_of_book
  FOREIGN KEY (branch_id, book_id) REFERENCES custody_book (branch_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_initial"), ("agents", "0002_scope"), ("events", "0002_spine")]

    operations = [
        migrations.RunSQL(_KEYS, migrations.RunSQL.noop),
        *[Grant(f"custody_{table}", "SELECT, INSERT, UPDATE") for table in KEPT],
        *[Grant(f"custody_{table}", "SELECT, INSERT") for table in ADDED],
        *[EnableScope(f"custody_{table}") for table in (*KEPT, *ADDED)],
    ]
