/** The lock of the engine in memory: the PIN is 258046. */
import { type DeviceState, type Engine, EngineError, type LockState, type ProfileView } from "../src/engine/contract";
import { isWeakPin } from "../src/engine/vault/pin";

interface CellLike<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: (value: T) => void): () => void;
}

const RIGHT = "258046";

function make(id: string, label: string, code: string, more: Partial<ProfileView> = {}): ProfileView {
  const all = { unsent: 0, unsealed: 0, unsentPhotos: 0, unsealedPhotos: 0 };
  return { id, label, code, ...all, retired: false, wrongTries: 0, waitUntil: null, ...more };
}

/** Words of what the picture should show: locked, choosing, waiting, agents, forgotten. */
export function startLock(wants: ReadonlySet<string>): LockState {
  const waitUntil = wants.has("waiting") ? Date.now() + 29_000 : null;
  const unsent = wants.has("unsent") ? 2 : 0;
  const work = { unsent, unsentPhotos: unsent };
  const profile = make("p1", "Rahmawati Siregar", "P-1501-0001", { ...work, waitUntil, wrongTries: waitUntil ? 3 : 0 });
  const others = [
    make("p2", "Muhammad Iqbal", "P-1501-0017", { unsent: 3 }),
    make("p3", "Rahmawati Siregar", "P-1501-0001", { retired: true, unsent: 2, unsealed: 1 }),
  ];
  const phase = wants.has("agents") || wants.has("locked") ? "locked" : wants.has("choosing") ? "choosing" : "open";
  const isList = wants.has("agents");
  return {
    phase,
    profile: isList ? null : profile,
    profiles: isList ? [profile, ...others] : [profile],
    idleMinutes: 5,
  };
}

export function makeLock(state: CellLike<LockState>, device: CellLike<DeviceState>): Engine["lock"] {
  const patch = (change: Partial<LockState>): void => state.set({ ...state.get(), ...change });
  const patchProfile = (id: string, change: Partial<ProfileView>): void => {
    const profiles = state.get().profiles.map((one) => (one.id === id ? { ...one, ...change } : one));
    patch({ profiles, profile: profiles.find((one) => one.id === id) ?? null });
  };
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));
  const open = async (id: string, pin: string): Promise<void> => {
    await later();
    if (pin === RIGHT)
      return patch({ phase: "open", profile: state.get().profiles.find((one) => one.id === id) ?? null });
    const wrongTries = (state.get().profiles.find((one) => one.id === id)?.wrongTries ?? 0) + 1;
    patchProfile(id, { wrongTries, waitUntil: wrongTries < 3 ? null : Date.now() + 30_000 });
    throw new EngineError("pin_wrong");
  };
  return {
    state,
    choose: () => later().then(() => patch({ phase: "open" })),
    change: (present) =>
      later().then(() => (present === RIGHT ? undefined : Promise.reject(new EngineError("pin_wrong")))),
    isWeak: isWeakPin,
    open,
    lock: () => patch({ phase: "locked" }),
    touched: () => undefined,
    hold: () => () => undefined,
    setIdleMinutes: (idleMinutes) => Promise.resolve(patch({ idleMinutes })),
    addProfile: () => {
      patch({ phase: "none", profile: null });
      device.set({ ...device.get(), phase: "new" });
      return Promise.resolve();
    },
    removeProfile: (_id, force) => (force ? Promise.resolve() : Promise.reject(new EngineError("unsent_left"))),
  };
}
