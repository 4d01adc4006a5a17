/** What carries for locked phones, against the server of a test. */
import { PhoneStorage } from "../../storage/phone";
import { Courier } from "../courier";
import { Http } from "../http";
import type { Surroundings } from "../surroundings";
import { Time } from "../time";
import { Ended } from "../vault/ended";
import { type PhoneAgent, sealedServer } from "./agents";
import type { FakeServer } from "./fake-server";

export function makeCourier(prefix: string, server: FakeServer, agents: readonly PhoneAgent[]) {
  const around = {
    fetch: sealedServer(
      server,
      agents.map((agent) => agent.branch),
    ),
    now: () => server.now,
    mono: () => server.now,
    online: () => true,
    session: "s",
    base: "",
  } as unknown as { -readonly [K in keyof Surroundings]: Surroundings[K] };
  const phone = new PhoneStorage(prefix);
  const http = new Http(around);
  return {
    around,
    http,
    phone,
    courier: new Courier(phone, http, around),
    ended: new Ended(phone, http, new Time(phone, around), around),
  };
}

/** From now on the server takes what is pushed of this phone and nothing else. */
export function switchOff(server: FakeServer, wipe: boolean): void {
  const { fetch } = server;
  Object.assign(server, {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      if (!String(input).includes("/attachments/")) return await fetch(input, init);
      return new Response(JSON.stringify({ code: "E2002", wipe }), { status: 403 });
    },
  });
}
