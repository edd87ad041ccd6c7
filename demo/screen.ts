/**
 * What the demo prints: headings, commands as one would type them, and the progress of a run, drawn over on a terminal and line by
 * line elsewhere.
 * @module
 */
import { styleText } from 'node:util';
import type { TranscriptionRunStatus } from '../src/api/types.ts';
import { type Counts, NO_COUNTS } from '../src/pipeline/plan.ts';

type Style = Parameters<typeof styleText>[0];

export interface Screen {
  /** A step, before it is taken. */
  step(text: string): void;
  print(text: string): void;
  /** A command, and what it printed. */
  command(typed: string, output: string): void;
  /** The progress, in place of the one before. */
  progress(status: TranscriptionRunStatus): void;
}

const BAR = 24;

type RecordingStatus = NonNullable<TranscriptionRunStatus['recordings']>[number];

const doneOf = ({ found, pending, inProgress }: Counts): number => found - pending - inProgress;

const barOf = (counts: Counts): string => {
  const filled = counts.found === 0 ? 0 : Math.round((doneOf(counts) * BAR) / counts.found);
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
};

const summaryOf = (counts: Counts, { phase = 'Pending', cost }: TranscriptionRunStatus): string => {
  const { found, transcribed, failed, noRecording } = counts;
  const outcomes = `${transcribed} transcribed, ${failed} failed, ${noRecording} without recording`;
  return `${phase}  ${doneOf(counts)}/${found}: ${outcomes}  ${cost ? `${cost.settled} ${cost.currency}` : ''}`.trimEnd();
};

const recordingLine = ({
  recordingID = '',
  conversationID = '',
  state,
  stage,
  attempt,
  error,
}: RecordingStatus): string => {
  const what = recordingID ? `recording ${recordingID.slice(0, 8)}` : `conversation ${conversationID.slice(0, 8)}`;
  const at = state === 'InProgress' ? `${stage}, attempt ${attempt}` : (state ?? '');
  return `  ${what.padEnd(22)} ${at}${error ? `  ${error.code}` : ''}`;
};

const styleOf = ({ state }: RecordingStatus): Style => {
  if (state === 'InProgress') return 'cyan';
  if (state === 'Failed') return 'red';
  return state === 'Transcribed' ? 'green' : 'gray';
};

/** Frames that replace each other. `rows` is how many lines of the last one are on the terminal. */
const drawOver = (stream: NodeJS.WriteStream): ((lines: readonly string[]) => void) => {
  let rows = 0;
  return (lines) => {
    const up = rows > 0 ? `\u001B[${rows}A\u001B[J` : '';
    stream.write(`${up}${lines.join('\n')}\n`);
    rows = lines.length;
  };
};

export const createScreen = (stream: NodeJS.WriteStream): Screen => {
  const isTerminal = stream.isTTY;
  const style = (format: Style, text: string): string => (isTerminal ? styleText(format, text, { stream }) : text);
  const print = (text: string): void => {
    stream.write(`${text}\n`);
  };
  const draw = isTerminal ? drawOver(stream) : undefined;
  let shown = '';
  return {
    print,
    step: (text) => print(style('bold', `==> ${text}`)),
    command: (typed, output) => print(`\n${style(['bold', 'cyan'], `$ ${typed}`)}\n${output.trimEnd()}`),
    progress: (status) => {
      const counts: Counts = { ...NO_COUNTS, ...status.counts };
      const summary = summaryOf(counts, status);
      if (draw) {
        const fits = (text: string): string => text.slice(0, stream.columns - 1);
        const recordings = status.recordings ?? [];
        draw([
          fits(`${barOf(counts)}  ${summary}`),
          ...recordings.map((recording) => style(styleOf(recording), fits(recordingLine(recording)))),
        ]);
      } else if (summary !== shown) print(summary);
      shown = summary;
    },
  };
};
