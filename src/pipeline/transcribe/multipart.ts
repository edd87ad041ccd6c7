/**
 * A `multipart/form-data` body (RFC 7578) whose length is known before it is sent, with a file that is read while it is sent.
 * Many services refuse chunked uploads, and none should need the file in memory here.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

export interface TextPart {
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
}

export interface FilePart {
  readonly name: string;
  readonly contentType: string;
  /** As the service sees it. */
  readonly filename: string;
  readonly path: string;
}

export interface MultipartBody {
  readonly contentType: string;
  readonly bytes: number;
  /** Opens the file when the first chunk is asked for, and closes it however the reading ends. */
  chunks(): AsyncGenerator<Buffer, void>;
}

const CHUNK_BYTES = 256 * 1024;

const headOf = (boundary: string, disposition: string, contentType: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${contentType}\r\n\r\n`;

/** The text parts in their order, then the file. Names, filename and types must be plain ASCII without quotes. */
export const multipart = async (texts: readonly TextPart[], file: FilePart): Promise<MultipartBody> => {
  const boundary = `callscribe-${randomUUID()}`;
  const before = texts.map(
    ({ name, contentType, text }) => `${headOf(boundary, `name="${name}"`, contentType)}${text}\r\n`,
  );
  const disposition = `name="${file.name}"; filename="${file.filename}"`;
  const head = Buffer.from(`${before.join('')}${headOf(boundary, disposition, file.contentType)}`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { size } = await stat(file.path);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + size + tail.length,
    chunks: async function* () {
      yield head;
      yield* createReadStream(file.path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
      yield tail;
    },
  };
};
