"""Where a practice world lives, and how one is thrown away. It shares nothing with the real one but the program.

PERISAI_PRACTICE_URL                  its address, where a proxy stands before it (the real console links there too)
PERISAI_PRACTICE_LIVE_URL             the address of its live process
PERISAI_PRACTICE_DATABASE_URL         a database of its own on a server; without it the embedded one in DATA/practice
PERISAI_PRACTICE_DATABASE_OWNER_URL   the same as the owner of the tables
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psycopg

from perisai.web import config as configuration
from perisai.web import world_mark
from perisai.web.config import Config
from perisai.web.supervisor import read_state
from perisai.web.world_mark import WrongKind

PORT: Final = 8100
FOLDER: Final = "practice"
OF_ITS_OWN: Final = (
    *("PERISAI_KEY_", "PERISAI_SMS_", "PERISAI_CORE", "PERISAI_DEMO", "PERISAI_EMBEDDED"),
    *("PERISAI_ORIGIN", "PERISAI_LIVE_", "DATABASE_"),
)
"""Beginnings of settings of the real world that must not reach the practice world: keys, gateways, addresses, databases."""
KEPT: Final = frozenset({"keys", "pg", "run", "log", "app-assets"})
"""Of the data folder; everything else in it belongs to what lies in the tables."""

# Partitions go with their table. What belongs to an extension stays: its owner is another.
_EMPTY: Final = """
DO $$
DECLARE one text;
BEGIN
  FOR one IN
    SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name) FROM (
      SELECT 1 AS place, 'TABLE' AS kind, c.oid::regclass::text AS name, c.oid, 'pg_class'::regclass AS class FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      UNION ALL
      SELECT 4, 'SEQUENCE', c.oid::regclass::text, c.oid, 'pg_class'::regclass FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))
      UNION ALL
      SELECT 2, 'ROUTINE', p.oid::regprocedure::text, p.oid, 'pg_proc'::regclass FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace
      UNION ALL
      SELECT 3, 'TYPE', t.oid::regtype::text, t.oid, 'pg_type'::regclass FROM pg_type t
      WHERE t.typnamespace = 'public'::regnamespace AND (t.typtype = 'e' OR (t.typtype = 'c' AND EXISTS (
        SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
    ) found
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = found.class AND d.objid = found.oid AND d.deptype = 'e')
    ORDER BY place
  LOOP
    EXECUTE one;
  END LOOP;
  EXECUTE format('COMMENT ON DATABASE %I IS NULL', current_database());
END $$
"""


def enter(
    data: str | None,
    *,
    host: str,
    port: int | None,
    live_port: int | None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """The configuration of the practice world beside ``data``; this process's environment is the practice world's from now on."""
    given = dict(os.environ if environ is None else environ)
    folder = Path(data or given.get("PERISAI_DATA") or "data").expanduser().resolve() / FOLDER
    for name in [name for name in os.environ if name.startswith(OF_ITS_OWN)]:
        del os.environ[name]
    at = {"PERISAI_DATA": str(folder)}
    by_hand = port is not None
    told = {
        "PERISAI_ORIGIN": "" if by_hand else given.get("PERISAI_PRACTICE_URL", ""),
        "PERISAI_LIVE_ORIGIN": "" if by_hand else given.get("PERISAI_PRACTICE_LIVE_URL", ""),
        "DATABASE_URL": given.get("PERISAI_PRACTICE_DATABASE_URL", ""),
        "DATABASE_OWNER_URL": given.get("PERISAI_PRACTICE_DATABASE_OWNER_URL", ""),
    }
    at |= {name: value for name, value in told.items() if value}
    web_port = port or PORT
    config = configuration.resolve(None, host=host, port=web_port, live_port=live_port, environ=at)
    os.environ["PERISAI_WORLD"] = "practice"
    configuration.export(config)
    return config


def confirm_reset(config: Config, *, sure: bool) -> bool:
    """Says what will be lost and asks. False where the answer is no, or where the world runs."""
    if read_state(config.run) is not None:
        print(f"perisai: the practice world of {config.data} runs. Stop it first.", file=sys.stderr)
        return False
    print(
        f"This throws away everything in the practice world of {config.data}, and every practice phone.",
        file=sys.stderr,
    )
    return sure or input("Type ULANG to go on: ").strip().upper() == "ULANG"


def empty(config: Config) -> None:
    """Drops every table and file of a practice world. Raises ``WrongKind`` for any other database, and leaves it as it is."""
    owner = config.owner_url
    if not owner:
        raise WrongKind(
            "PERISAI_PRACTICE_DATABASE_OWNER_URL is missing: only the owner of the tables can throw them away."
        )
    found = world_mark.read(owner)
    with psycopg.connect(owner) as connection:
        if found != "practice":
            world_mark.require(owner, "practice")
            return
        connection.execute(_EMPTY)
    for path in [path for path in config.data.iterdir() if path.name not in KEPT]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (config.run / "simulated-sms.json").unlink(missing_ok=True)
