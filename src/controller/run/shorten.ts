/**
 * Texts of others in a status that has to stay small.
 * @module
 */

/**
 * One line of at most `longest` characters, with an ellipsis where something is left out. Never half a character: the API
 * server would mend it, and the status would never be what was written.
 */
export const shorten = (text: string, longest: number): string => {
  const line = text.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
  if (line.length <= longest) return line;
  const cut = line.slice(0, longest - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
};
