import { describe, expect, test, vi } from "vitest";
import { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import { enrol, makeActivePhone, makeForm, makePhone } from "./testing/world";

describe("save", () => {
  test("merges field by field and is on the phone within 300 ms", async () => {
    const phone = await makeActivePhone();
    const { id } = await phone.engine.drafts.start();
    phone.engine.drafts.save(id, { fields: { name: "An", typed: { income: "1.5" } } });
    phone.engine.drafts.save(id, { step: 2, fields: { name: "Ani", typed: { nik: "15" } } });
    await expect
      .poll(() => phone.engine.drafts.list.get()[0]?.fields, { timeout: 300, interval: 20 })
      .toEqual({
        name: "Ani",
        typed: { income: "1.5", nik: "15" },
      });
    phone.engine.drafts.save(id, { fields: { name: undefined } as object });
    expect((await phone.engine.drafts.open(id)).fields).toEqual({ typed: { income: "1.5", nik: "15" } });
    expect((await phone.engine.drafts.open(id)).step).toBe(2);
  });

  test("a full phone is told, and what was typed is kept for the next try", async () => {
    const phone = await makeActivePhone();
    const { id } = await phone.engine.drafts.start();
    const full = vi.spyOn(Storage.prototype, "changeDraft").mockRejectedValueOnce(new EngineError("storage_full"));
    phone.engine.drafts.save(id, { fields: { name: "Ani" } });
    await expect(phone.engine.drafts.flush()).rejects.toMatchObject({ code: "storage_full" });
    expect(phone.engine.drafts.problem.get()?.code).toBe("storage_full");
    full.mockRestore();
    phone.engine.drafts.save(id, { fields: { address: "Jl. A" } });
    await phone.engine.drafts.flush();
    expect(phone.engine.drafts.problem.get()).toBeNull();
    expect((await phone.engine.drafts.open(id)).fields).toEqual({ name: "Ani", address: "Jl. A" });
  });

  test("two tabs that change different fields of one form lose none", async () => {
    const one = await makeActivePhone();
    const { id } = await one.engine.drafts.start();
    const other = await makePhone({ server: one.server, database: one.database });
    one.engine.drafts.save(id, { fields: { name: "Ani" } });
    other.engine.drafts.save(id, { fields: { address: "Jl. A" } });
    await Promise.all([one.engine.drafts.flush(), other.engine.drafts.flush()]);
    expect((await one.engine.drafts.open(id)).fields).toEqual({ name: "Ani", address: "Jl. A" });
  });
});

describe("a draft", () => {
  test("that is discarded can be taken back", async () => {
    const { engine } = await makeActivePhone();
    const { id } = await engine.drafts.start({ name: "Ani" });
    await engine.drafts.discard(id);
    await expect(engine.drafts.open(id)).rejects.toMatchObject({ code: "draft_missing" });
    await engine.drafts.restore(id);
    expect((await engine.drafts.open(id)).fields).toEqual({ name: "Ani" });
  });

  test("completed twice makes one op", async () => {
    const { engine } = await makeActivePhone();
    const { id } = await engine.drafts.start();
    const input = { draftId: id, form: makeForm("Ani"), rules: "2026-01", place: null };
    const [first, second] = await Promise.allSettled([
      engine.enrolments.complete(input),
      engine.enrolments.complete(input),
    ]);
    expect([first?.status, second?.status].sort()).toEqual(["fulfilled", "rejected"]);
    expect(engine.sync.state.get().unsent).toBe(1);
  });

  test("gives its id to the op, and nothing beside the form gets into it", async () => {
    const phone = await makeActivePhone();
    const id = await enrol(phone, "Ani");
    const draft = await phone.engine.drafts.start();
    const form = { ...makeForm("Budi"), typed: { secret: "x" } };
    await phone.engine.enrolments.complete({ draftId: draft.id, form, rules: "2026-01", place: null });
    await phone.engine.sync.now();
    expect(phone.server.stored().map((op) => op.id)).toEqual([id, draft.id]);
    expect(phone.server.stored()[1]?.body).not.toHaveProperty("typed");
  });
});
