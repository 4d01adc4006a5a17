import type { Place } from "./contract";

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** Where the phone is; null when refused, unknown, or not found within `timeout` ms. Never rejects. */
export function locate(timeout = 8_000): Promise<Place | null> {
  const { geolocation } = navigator;
  if (geolocation === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    // The browser's own timeout does not run while it asks for leave; this one does.
    const timer = setTimeout(() => resolve(null), timeout);
    const settle = (place: Place | null): void => {
      clearTimeout(timer);
      resolve(place);
    };
    geolocation.getCurrentPosition(
      ({ coords }) =>
        settle({ lat: round(coords.latitude), lon: round(coords.longitude), accuracy: Math.round(coords.accuracy) }),
      () => settle(null),
      { enableHighAccuracy: true, timeout, maximumAge: 120_000 },
    );
  });
}
