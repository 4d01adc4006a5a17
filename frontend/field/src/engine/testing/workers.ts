/** A page's service workers, as far as updates deal with them, and the page around them. */
import { vi } from "vitest";

export class FakeWorker extends EventTarget {
  readonly heard: unknown[] = [];

  constructor(public state: ServiceWorkerState) {
    super();
  }

  become(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }

  postMessage(message: unknown): void {
    this.heard.push(message);
  }
}

export class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
  active: FakeWorker | null = null;
  readonly update = vi.fn(async () => undefined);

  /** A worker that fetches the app at this moment. */
  find(): FakeWorker {
    const worker = new FakeWorker("installing");
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    return worker;
  }

  /** It has fetched all: the first one starts, a later one waits. */
  installed(): FakeWorker {
    const worker = this.installing as FakeWorker;
    this.installing = null;
    if (this.active === null) this.active = worker;
    else this.waiting = worker;
    worker.become(this.waiting === worker ? "installed" : "activated");
    return worker;
  }
}

export class FakeContainer extends EventTarget {
  readonly ready: Promise<unknown> = new Promise(() => undefined);
  /** What the next registrations come to; the last one for good. */
  answers: (FakeRegistration | Error)[] = [];
  asked = 0;

  async register(): Promise<FakeRegistration> {
    this.asked += 1;
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof FakeRegistration) return answer;
    throw answer ?? new TypeError("no line");
  }
}

/** A loaded page with nothing to do. `window` hears what the window would. */
export function page(container: FakeContainer): { window: EventTarget; document: EventTarget; reload: () => void } {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { readyState: "complete", visibilityState: "visible" });
  const reload = vi.fn();
  vi.stubGlobal("document", document);
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("navigator", { serviceWorker: container });
  vi.stubGlobal("requestIdleCallback", (act: () => void) => act());
  vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
  vi.stubGlobal("removeEventListener", window.removeEventListener.bind(window));
  return { window, document, reload };
}
