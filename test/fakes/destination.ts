/**
 * A strict stand-in for an HTTP destination of transcripts. It keeps what it was given, by recording.
 * @module
 */
import { createFaults, type Fault, type Faults } from './faults.ts';
import { type Answer, type FakeRequest, startServer } from './server.ts';

export interface DeliveredDocument {
  readonly recordingId: string;
  readonly conversationId: string;
  readonly turns: readonly { readonly role: string; readonly text: string }[];
}

export interface DestinationFake {
  readonly url: string;
  readonly faults: Faults;
  /** What arrived, by recording id, in the order of arrival; also where a fault lost the answer. */
  readonly documents: ReadonlyMap<string, readonly DeliveredDocument[]>;
  /** What a correct client never does. Empty at the end of every test. */
  readonly violations: readonly string[];
  stop(): Promise<void>;
}

const PATH = '/transcripts';

const problemOf = ({ method, path, headers }: FakeRequest, document: DeliveredDocument): string | undefined => {
  if (method !== 'POST' || path !== PATH) return `${method} ${path}`;
  if (headers['content-type'] !== 'application/json') return `content-type ${headers['content-type']}`;
  if (headers['idempotency-key'] !== document.recordingId) return 'the Idempotency-Key is not the recording id';
  return Array.isArray(document.turns) ? undefined : 'the document has no turns';
};

export const startDestination = async (faults: readonly Fault[] = []): Promise<DestinationFake> => {
  const loaded = createFaults(faults);
  const documents = new Map<string, DeliveredDocument[]>();
  const violations: string[] = [];
  const answer = async (request: FakeRequest): Promise<Answer> => {
    const document = JSON.parse((await request.body()).toString('utf8')) as DeliveredDocument;
    const problem = problemOf(request, document);
    if (problem !== undefined) violations.push(problem);
    if (request.forced) return request.forced;
    documents.set(document.recordingId, [...(documents.get(document.recordingId) ?? []), document]);
    return { status: problem === undefined ? 201 : 400 };
  };
  const server = await startServer({ faults: loaded, answer });
  return { url: `${server.url}${PATH}`, faults: loaded, documents, violations, stop: () => server.stop() };
};
