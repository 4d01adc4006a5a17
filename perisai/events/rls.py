"""Row-level security as a migration operation: ``EnableScope("members_person")``."""

from django.db.migrations.operations import RunSQL

WEB_ROLE = "perisai_web"


class EnableScope(RunSQL):
    """Rows are visible and writable only where ``branch_id`` is in the scope of the Work.

    The scope is read once per statement. Without a scope the cast of the missing setting raises, so that a query
    outside a Work fails loudly instead of returning nothing.
    """

    def __init__(self, table: str) -> None:
        scope = "branch_id = ANY ((SELECT current_setting('perisai.branches')::int[])::int[])"
        super().__init__(
            sql=[
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY scope ON {table} USING ({scope}) WITH CHECK ({scope})",
            ],
            reverse_sql=[f"DROP POLICY scope ON {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"],
        )
        self.table = table

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return self.__class__.__name__, [self.table], {}


class Grant(RunSQL):
    """Gives the web role exactly these rights on a table, and takes all others."""

    def __init__(self, table: str, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
        super().__init__(
            sql=[f"REVOKE ALL ON {table} FROM {WEB_ROLE}", f"GRANT {rights} ON {table} TO {WEB_ROLE}"],
            reverse_sql=[f"REVOKE ALL ON {table} FROM {WEB_ROLE}"],
        )
        self.table, self.rights = table, rights

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return self.__class__.__name__, [self.table, self.rights], {}
