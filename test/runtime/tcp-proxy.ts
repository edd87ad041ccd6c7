/**
 * A wire that a test can cut or make deaf, between a client and the real API server.
 * @module
 */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface TCPProxy {
  readonly port: number;
  /** Connections since the start. */
  readonly connections: () => number;
  /** Breaks the connections that are open. */
  cut(): void;
  /** The connections that are open stay so, but nothing passes any more; new ones work. */
  blackHole(): void;
  /** New connections are refused at once, or taken again. */
  refuse(refusing: boolean): void;
  close(): Promise<void>;
}

export const startProxy = async (target: URL): Promise<TCPProxy> => {
  const pairs = new Set<readonly [Socket, Socket]>();
  let connections = 0;
  let refusing = false;
  const server = createServer((inner) => {
    if (refusing) {
      inner.resetAndDestroy();
      return;
    }
    connections += 1;
    const outer = connect(Number(target.port), target.hostname);
    const pair = [inner, outer] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      inner.destroy();
      outer.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    inner.pipe(outer).pipe(inner);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = (): void => {
    for (const [inner, outer] of pairs) {
      inner.resetAndDestroy();
      outer.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    cut,
    blackHole: () => {
      for (const [inner, outer] of pairs) {
        inner.unpipe().pause();
        outer.unpipe().pause();
      }
    },
    refuse: (value) => {
      refusing = value;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      cut();
      await closed;
    },
  };
};
