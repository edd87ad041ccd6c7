/**
 * CSV as RFC 4180 has it, with `\n` line ends, and nothing of what the columns mean.
 * @module
 */
import { CallscribeError } from '../../errors.ts';

const NEEDS_QUOTES = /[",\r\n]/;

const renderField = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line with its end. */
export const renderLine = (fields: readonly string[]): string => `${fields.map(renderField).join(',')}\n`;

/** What begins one of these, or a single quote, a spreadsheet may run or swallow; so it is written behind a single quote. */
const RISKY_START = /^['=+\-@\t\r\n＝＋－＠]/;
const NEUTRALISED_START = /^'['=+\-@\t\r\n＝＋－＠]/;

/** A text that no spreadsheet takes for a formula. Undone by `restore`, for every text. */
export const neutralise = (text: string): string => (RISKY_START.test(text) ? `'${text}` : text);

export const restore = (text: string): string => (NEUTRALISED_START.test(text) ? text.slice(1) : text);

const corrupt = (line: number, what: string): CallscribeError =>
  new CallscribeError('CSC_LEDGER_CORRUPT', `line ${line} of the table: ${what}`);

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
}

/** From the opening quote to behind the closing one. */
const readQuoted = (cursor: Cursor): string => {
  const { text } = cursor;
  const begunOn = cursor.line;
  let from = cursor.at + 1;
  let value = '';
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) throw corrupt(begunOn, 'a quoted field has no end');
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      cursor.at = quote + 1;
      cursor.line += value.split('\n').length - 1;
      return value;
    }
    value += '"';
    from = quote + 2;
  }
};

const PLAIN = /[^",\r\n]*/y;

const readPlain = (cursor: Cursor): string => {
  PLAIN.lastIndex = cursor.at;
  const value = PLAIN.exec(cursor.text)?.[0] ?? '';
  cursor.at += value.length;
  return value;
};

/** Goes past what ends a field. True where that ends the line, too. */
const endsLine = (cursor: Cursor): boolean => {
  const { text, at, line } = cursor;
  if (at === text.length) return true;
  if (text[at] === ',') {
    cursor.at += 1;
    return false;
  }
  const width = text.startsWith('\r\n', at) ? 2 : Number(text[at] === '\n');
  if (width === 0) throw corrupt(line, 'a field goes on behind its end');
  cursor.at += width;
  cursor.line += 1;
  return true;
};

const readLine = (cursor: Cursor): readonly string[] => {
  const fields: string[] = [];
  do {
    fields.push(cursor.text[cursor.at] === '"' ? readQuoted(cursor) : readPlain(cursor));
  } while (!endsLine(cursor));
  return fields;
};

export interface TableLine {
  /** From 1; that of its first character where a field goes over several. */
  readonly number: number;
  readonly fields: readonly string[];
}

/**
 * All lines in one pass. `\r\n` is taken for a line end, too, since an editor may have put it there; the end of the last line
 * may be missing.
 *
 * @throws CallscribeError `CSC_LEDGER_CORRUPT`
 */
export const parseTable = (text: string): readonly TableLine[] => {
  const cursor: Cursor = { text, at: 0, line: 1 };
  const lines: TableLine[] = [];
  while (cursor.at < text.length) {
    const number = cursor.line;
    lines.push({ number, fields: readLine(cursor) });
  }
  return lines;
};
