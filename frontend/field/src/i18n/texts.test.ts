import { describe, expect, test } from "vitest";
import { activateTexts } from "./activate";
import { commonTexts } from "./common";
import { enrolTexts } from "./enrol";
import { homeTexts } from "./home";
import { membersTexts } from "./members";
import { outboxTexts } from "./outbox";
import { settingsTexts } from "./settings";

const all = { activateTexts, commonTexts, enrolTexts, homeTexts, membersTexts, outboxTexts, settingsTexts };

describe.each(Object.entries(all))("%s", (_name, texts) => {
  test("has the same texts in both languages, none of them empty", () => {
    expect(Object.keys(texts.en)).toEqual(Object.keys(texts.id));
    for (const text of [...Object.values(texts.id), ...Object.values(texts.en)]) expect(text).not.toBe("");
  });
});
