/**
 * A delivered transcript as people read one.
 * @module
 */
import type { AcceptedTranscript } from '../test/genesys/transcripts.ts';

const SPEAKERS: Readonly<Record<string, string>> = { agent: 'Agent', caller: 'Customer', system: 'System' };

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** Breaks a text into lines of at most `width` characters, at spaces. */
const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const WIDTH = 84;

/** One turn a paragraph: time, speaker, words. */
export const renderDialogue = ({ content }: AcceptedTranscript): string =>
  content
    .flatMap(({ role, text, start }) => {
      const head = `${clock(start).padStart(6)}  ${(SPEAKERS[role] ?? 'Unknown').padEnd(10)}`;
      return wrap(text, WIDTH).map((line, index) => (index === 0 ? head : ' '.repeat(head.length)) + line);
    })
    .join('\n');
