/**
 * What audio may be sent to a service of the generic contract. Pure.
 * @module
 */

/** Names by which WAV goes. */
const WAV: ReadonlySet<string> = new Set(['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave']);

/** The contract names no formats, so only what every service takes is sent as it was recorded. Parameters do not matter. */
export const acceptsType = (contentType: string): boolean =>
  WAV.has(contentType.replace(/;.*$/u, '').trim().toLowerCase());
