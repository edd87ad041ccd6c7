/**
 * Tables whose lines are objects: each column names itself and one property, so that what is written and what is read cannot
 * drift apart.
 * @module
 */
import { CallscribeError } from '../../errors.ts';
import type { Kind } from './fields.ts';
import { parseTable, renderLine, type TableLine } from './table.ts';

export interface Column<T> {
  readonly name: string;
  readonly write: (item: T) => string;
  /** The property that the text stands for; undefined where it is unreadable. */
  readonly read: (text: string) => Partial<T> | undefined;
}

export const column = <T, K extends keyof T>(name: string, key: K, kind: Kind<T[K]>): Column<T> => ({
  name,
  write: (item) => kind.write(item[key]),
  read: (text) => {
    const read = kind.read(text);
    return read && ({ [key]: read[0] } as unknown as Partial<T>);
  },
});

/** The fields of one line, as they are written. */
export const fieldsOf = <T>(columns: readonly Column<T>[], item: T): readonly string[] =>
  columns.map(({ write }) => write(item));

export const headerLine = <T>(columns: readonly Column<T>[]): string => renderLine(columns.map(({ name }) => name));

/** The ledger writes a whole shard for each change of it, and nearly all lines of it are as they were. */
export const remembering = <T extends object>(render: (item: T) => string): ((item: T) => string) => {
  const lines = new WeakMap<T, string>();
  return (item) => {
    const known = lines.get(item);
    if (known !== undefined) return known;
    const line = render(item);
    lines.set(item, line);
    return line;
  };
};

const corrupt = (line: number, what: string): CallscribeError =>
  new CallscribeError('CSC_LEDGER_CORRUPT', `line ${line} of the table ${what}`);

const itemOf = <T extends object>(columns: readonly Column<T>[], { number, fields }: TableLine): T => {
  if (fields.length !== columns.length) {
    throw corrupt(number, `has ${fields.length} fields instead of ${columns.length}`);
  }
  const parts = columns.map(({ name, read }, index) => {
    const part = read(fields[index] ?? '');
    if (part === undefined) throw corrupt(number, `has an unreadable ${name}`);
    return part;
  });
  // Each property has a column, and each column was read.
  return Object.assign({}, ...parts) as T;
};

export interface Table {
  readonly header: readonly string[];
  readonly lines: readonly TableLine[];
}

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` */
export const openTable = (text: string): Table => {
  const [header, ...lines] = parseTable(text);
  return { header: header?.fields ?? [], lines };
};

/** @throws CallscribeError `CSC_LEDGER_CORRUPT` where the table has other columns, or a line that does not fit them */
export const readTable = <T extends object>(columns: readonly Column<T>[], { header, lines }: Table): readonly T[] => {
  if (header.length !== columns.length || header.some((name, index) => name !== columns[index]?.name)) {
    throw new CallscribeError(
      'CSC_LEDGER_CORRUPT',
      'the first line of the table does not have the names of the columns',
    );
  }
  return lines.map((line) => itemOf(columns, line));
};
