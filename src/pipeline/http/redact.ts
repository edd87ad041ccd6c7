/**
 * Addresses in messages and logs. The query string of a signed address is a secret, and so is the user information.
 * @module
 */

/** Scheme, host and path of an address, without user, query and fragment. Never throws. */
export const redactURL = (url: string | URL): string => {
  const parsed = URL.parse(String(url));
  return parsed === null ? '(unreadable address)' : `${parsed.origin}${parsed.pathname}`;
};

/** Scheme and host alone, for addresses whose path says nothing to a person, such as those of media. */
export const redactToOrigin = (url: string | URL): string => URL.parse(String(url))?.origin ?? '(unreadable address)';
