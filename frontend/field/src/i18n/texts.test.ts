import { describe, expect, test } from "vitest";
import { activateTexts } from "./activate";
import { blockedTexts } from "./blocked";
import { chaseTexts } from "./chase";
import { commonTexts } from "./common";
import { employersTexts } from "./employers";
import { enrolTexts } from "./enrol";
import { consentTexts } from "./enrol-consent";
import { enrolErrors } from "./enrol-errors";
import { identityTexts } from "./enrol-identity";
import { photoTexts } from "./enrol-photo";
import { workTexts } from "./enrol-work";
import { groupsTexts } from "./groups";
import { homeTexts } from "./home";
import { lockTexts } from "./lock";
import { meTexts } from "./me";
import { membersTexts } from "./members";
import { outboxTexts } from "./outbox";
import { readerTexts } from "./reader";
import { settingsTexts } from "./settings";
import { slipTexts } from "./slip";

const all = {
  activateTexts,
  blockedTexts,
  chaseTexts,
  employersTexts,
  commonTexts,
  enrolTexts,
  consentTexts,
  enrolErrors,
  identityTexts,
  photoTexts,
  workTexts,
  groupsTexts,
  homeTexts,
  lockTexts,
  meTexts,
  membersTexts,
  outboxTexts,
  readerTexts,
  settingsTexts,
  slipTexts,
};

describe.each(Object.entries(all))("%s", (_name, texts) => {
  test("has the same texts in both languages, none of them empty", () => {
    expect(Object.keys(texts.en)).toEqual(Object.keys(texts.id));
    for (const text of [...Object.values(texts.id), ...Object.values(texts.en)]) expect(text).not.toBe("");
  });
});
