/** Fetches the agent's own papers (protocol, section 18): seldom, and at once where the pull says that something changed. */
import type { StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import type { BothLanguages, MeView } from "./contract";
import { EngineError } from "./contract";
import type { AboutView, FileEntry, OwnCheck, OwnExam, OwnOffice, OwnPhoto } from "./contract-about";
import { isRecord, Refusal } from "./http";
import { readQris } from "./qris";
import type { SignedRequests } from "./signed";

const PATH = "/api/v1/agent/me";
const EVERY_MS = 6 * 3_600_000;
const MOST_BYTES = 1024 * 1024;

type Fields = Record<string, unknown>;

const NOTHING: BothLanguages = { id: "", en: "" };

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => text(value) || null;
const numberOrNull = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const records = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

function both(value: unknown): BothLanguages | null {
  return isRecord(value) ? { id: text(value.id), en: text(value.en) } : null;
}

function readLicence(value: unknown): AboutView["licence"] {
  if (!isRecord(value)) return null;
  const { number, valid_from, valid_to, state } = value;
  return { number: text(number), valid_from: text(valid_from), valid_to: text(valid_to), state: text(state) };
}

function readRenewal(value: unknown): AboutView["renewal"] {
  if (!isRecord(value)) return null;
  const { minutes, asked } = value;
  return {
    licence: text(value.licence),
    valid_to: text(value.valid_to),
    opens_on: text(value.opens_on),
    minutes: isRecord(minutes)
      ? { done: numberOrNull(minutes.done) ?? 0, needed: numberOrNull(minutes.needed) ?? 0 }
      : null,
    checklist: records(value.checklist).map((one) => ({
      key: text(one.key),
      met: one.met === true,
      title: both(one.title) ?? NOTHING,
      said: both(one.said) ?? NOTHING,
    })),
    asked: isRecord(asked)
      ? {
          state: text(asked.state),
          on: text(asked.on),
          answered_on: textOrNull(asked.answered_on),
          reason: text(asked.reason),
        }
      : null,
  };
}

function readHold(value: unknown): AboutView["hold"] {
  if (!isRecord(value)) return null;
  return { kind: text(value.kind), since: text(value.since), until: textOrNull(value.until) };
}

/** Without its bytes it is the one that the phone has. */
function readPhoto(value: unknown, kept: OwnPhoto | null): OwnPhoto | null {
  if (!isRecord(value)) return null;
  const sha256 = text(value.sha256);
  const data = textOrNull(value.data);
  if (data === null) return kept?.sha256 === sha256 ? kept : null;
  return { sha256, type: value.type === "image/webp" ? "image/webp" : "image/jpeg", data };
}

function readCheck(value: unknown): OwnCheck | null {
  return isRecord(value) && text(value.url) ? { url: text(value.url), qr: texts(value.qr) } : null;
}

function readOffice(value: unknown): OwnOffice | null {
  if (!isRecord(value)) return null;
  const { agreement: found } = value;
  const agreement = isRecord(found)
    ? { number: text(found.number), valid_from: text(found.valid_from), valid_to: text(found.valid_to) }
    : null;
  return { name: text(value.name), agreement, trouble: both(value.trouble) };
}

function readPlacement(value: unknown): AboutView["placement"] {
  if (!isRecord(value)) return null;
  const { place, from, until, districts } = value;
  return { place: text(place), from: text(from), until: textOrNull(until), districts: texts(districts) };
}

function readExam(fields: Fields): OwnExam {
  return {
    id: text(fields.id),
    title: both(fields.title) ?? NOTHING,
    opens_at: textOrNull(fields.opens_at),
    closes_at: textOrNull(fields.closes_at),
    place: textOrNull(fields.place),
    minutes: numberOrNull(fields.minutes),
    attempts_left: numberOrNull(fields.attempts_left),
    refused: both(fields.refused),
    path: /^\/[\w/-]+$/.test(text(fields.path)) ? text(fields.path) : "",
  };
}

function readAppeal(value: unknown): FileEntry["appeal"] {
  if (!isRecord(value)) return null;
  return {
    state: both(value.state) ?? NOTHING,
    answer: text(value.answer),
    text: text(value.text),
    on: textOrNull(value.on),
    decided_on: textOrNull(value.decided_on),
    documents: numberOrNull(value.documents) ?? 0,
  };
}

function readEntry(fields: Fields): FileEntry {
  return {
    id: text(fields.id),
    title: both(fields.title) ?? NOTHING,
    reason: both(fields.reason) ?? NOTHING,
    text: text(fields.text),
    on: text(fields.on),
    until: textOrNull(fields.until),
    is_over: fields.is_over === true,
    appeal_by: textOrNull(fields.appeal_by),
    can_appeal: fields.can_appeal === true,
    appeal: readAppeal(fields.appeal),
  };
}

export function readAbout(json: unknown, kept: AboutView | null): AboutView {
  if (!isRecord(json)) throw new EngineError("bad_answer");
  return {
    since: textOrNull(json.since),
    licence: readLicence(json.licence),
    renewal: readRenewal(json.renewal),
    hold: readHold(json.hold),
    photo: readPhoto(json.photo, kept?.photo ?? null),
    check: readCheck(json.check),
    office: readOffice(json.office),
    placement: readPlacement(json.placement),
    exams: records(json.exams).map(readExam),
    file: records(json.file).map(readEntry),
    qris: readQris(json.qris),
    as_of_ms: numberOrNull(json.as_of_ms) ?? 0,
  };
}

/** By distance: a clock that was set back must not make old papers look new. */
export function isDue(about: AboutView | null, me: MeView | null, now: number): boolean {
  if (about === null || Math.abs(now - about.as_of_ms) >= EVERY_MS) return true;
  const [told, known] = [me?.licence, about.licence];
  if (told?.state !== known?.state || told?.valid_to !== known?.valid_to) return true;
  const renewal = about.renewal ?? null;
  const isNews = (said: string | null | undefined, here: string | undefined) => Boolean(said) && said !== here;
  return isNews(told?.renewal, renewal?.asked?.state) || isNews(told?.renewed_to, renewal?.valid_to);
}

/** Whether newer ones were kept. `wanted`: the agent asks for them, however new those here are. */
export async function refreshAbout(
  storage: Storage,
  requests: SignedRequests,
  { device }: StateValues["identity"],
  { now, wanted }: { readonly now: number; readonly wanted: boolean },
): Promise<boolean> {
  const [kept, me] = [await storage.find("about"), await storage.find("me")];
  if (!wanted && !isDue(kept, me, now)) return false;
  const { session } = storage;
  const path = kept?.photo ? `${PATH}?photo=${kept.photo.sha256}` : PATH;
  const reply = await requests.ask(device, { method: "GET", path, maxBytes: MOST_BYTES }).catch((failure: unknown) => {
    // A server of before this page has none; it is asked again when these are old.
    if (failure instanceof Refusal && failure.status === 404) return { json: { as_of_ms: now } };
    throw failure;
  });
  // The phone may have been handed on while the answer was on its way.
  storage.requireSession(session);
  await storage.put("about", readAbout(reply.json, kept));
  return true;
}
