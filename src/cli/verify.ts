/**
 * `callscribe verify`: whether a report is as it was written.
 * @module
 */
import { CallscribeError } from '../errors.ts';
import { verify, type Finding } from '../report/verify.ts';
import { EXIT, fail } from './exit.ts';
import { readFiles, readSource, type Source, type SourceFlags } from './report-source.ts';

export interface VerifyFlags extends SourceFlags {
  /** A `report.csv` instead of a run. */
  readonly filename?: string;
  readonly summary?: string;
  readonly head?: string;
}

/** Nobody reads more, and the first one tells where to begin. */
const SHOWN = 20;

const sourceOf = (run: string | undefined, flags: VerifyFlags): Promise<Source> => {
  if (flags.filename !== undefined) return readFiles(flags.filename, flags.summary);
  if (run !== undefined) return readSource(run, flags);
  throw new CallscribeError('CSC_SPEC_INVALID', 'the name of a run is needed, or a report with --filename');
};

const list = (findings: readonly Finding[]): string => {
  const shown = findings.slice(0, SHOWN).map(({ message }) => `  ${message}\n`);
  const more = findings.length > SHOWN ? [`  and ${findings.length - SHOWN} more\n`] : [];
  return [...shown, ...more].join('');
};

/** What could be compared beside the rows themselves; a chain that nobody else knows the head of proves less. */
const witnesses = ({ book, known }: Source, { head }: VerifyFlags): string => {
  const all = [
    ...(book.summary ? ['summary'] : []),
    ...(known.status ? ['status of the run'] : []),
    ...(head === undefined ? [] : ['given head']),
  ];
  return all.length > 0 ? `held against ${all.join(', ')}` : 'held against nothing else: compare the head yourself';
};

/** @returns the exit code: 0 where the report is as it was written, 1 where it is not, 2 for bad input */
export const verifyReport = async (run: string | undefined, flags: VerifyFlags): Promise<number> => {
  try {
    const source = await sourceOf(run, flags);
    const { book, known } = source;
    const findings = verify(book, { ...known, ...(flags.head !== undefined && { head: flags.head }) });
    if (findings.length > 0) {
      process.stdout.write(list(findings));
      throw new CallscribeError('CSC_REPORT_ALTERED', `${book.run}: ${findings[0]?.message ?? ''}`);
    }
    const head = book.rows.at(-1)?.chain ?? 'none';
    process.stdout.write(
      `${book.run}: ${book.rows.length} rows are as they were written, ${witnesses(source, flags)}\n`,
    );
    process.stdout.write(`head of the chain: ${head}\n`);
    return EXIT.succeeded;
  } catch (error) {
    return fail(error);
  }
};
