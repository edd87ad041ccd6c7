/**
 * When a signed address expires, by what the address itself says. Pure.
 * @module
 */

/** Query parameters of object stores that say when they signed, and for how long. */
const SIGNED = [
  ['X-Amz-Date', 'X-Amz-Expires'],
  ['X-Goog-Date', 'X-Goog-Expires'],
] as const;

/** `20261123T090000Z` in milliseconds since the epoch. */
const basicTimeMs = (text: string | null): number | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(text ?? '');
  if (!parts) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

const numberOf = (text: string | null): number | undefined => {
  const number = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) && number > 0 ? number : undefined;
};

const signedExpiryMs = (query: URLSearchParams): number | undefined => {
  for (const [dateName, lifetimeName] of SIGNED) {
    const [signedAtMs, lifetimeSeconds] = [basicTimeMs(query.get(dateName)), numberOf(query.get(lifetimeName))];
    if (signedAtMs !== undefined && lifetimeSeconds !== undefined) return signedAtMs + lifetimeSeconds * 1000;
  }
  return undefined;
};

/** Milliseconds since the epoch; undefined where the address does not say, which does not mean that it lives for ever. */
export const expiryOf = (url: string): number | undefined => {
  const query = URL.parse(url)?.searchParams;
  if (!query) return undefined;
  const signedMs = signedExpiryMs(query);
  if (signedMs !== undefined) return signedMs;
  // CloudFront and older object stores: seconds since the epoch.
  const seconds = numberOf(query.get('Expires'));
  return seconds === undefined ? undefined : Math.floor(seconds * 1000);
};
