/** Reads the vectors that the Python tests read too; for tests only. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RulesDocument } from "../engine/contract";
import { type PhoneRules, readRules } from "./document";

export function golden<Content>(name: string): Content {
  const path = fileURLToPath(new URL(`../../../../tests/golden/${name}`, import.meta.url));
  return JSON.parse(readFileSync(path, "utf8")) as Content;
}

export function goldenRules(): PhoneRules {
  return readRules(golden<RulesDocument>("rules.json"));
}
