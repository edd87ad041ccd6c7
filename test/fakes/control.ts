/**
 * The remote control of a fake that runs as a process: what it saw, and which faults it is to have.
 *
 * `GET /state` gives what `state` gives, `POST /faults` takes a list of faults as JSON, `DELETE /faults` removes all.
 * @module
 */
import type { FaultAsJSON, Faults } from './faults.ts';
import { faultOfJSON } from './faults.ts';
import { startServer } from './server.ts';
import type { Answer, FakeRequest, FakeServer } from './server.ts';

export interface ControlOptions {
  readonly faults: Faults;
  readonly state: () => unknown;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
}

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const addFaults = async (faults: Faults, request: FakeRequest): Promise<Answer> => {
  try {
    const given = JSON.parse((await request.body()).toString('utf8')) as readonly FaultAsJSON[];
    faults.next(...given.map(faultOfJSON));
    return json(200, { left: faults.left() });
  } catch (error) {
    return json(400, { message: String(error) });
  }
};

export const startControl = ({ faults, state, port, host }: ControlOptions): Promise<FakeServer> =>
  startServer({
    port,
    host,
    answer: (request) => {
      switch (`${request.method} ${request.path}`) {
        case 'GET /state':
          return json(200, state());
        case 'POST /faults':
          return addFaults(faults, request);
        case 'DELETE /faults':
          faults.clear();
          return json(200, { left: 0 });
        default:
          return json(404, { message: 'GET /state, POST /faults, DELETE /faults' });
      }
    },
  });
