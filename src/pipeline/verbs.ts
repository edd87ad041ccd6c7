/**
 * Puts the verbs of one run together, from the settings of its plan and from what the runs of a process share.
 * @module
 */
import type { LimitFunction } from 'p-limit';
import type { Dispatcher } from 'undici';
import { readEnergy } from '../audio/energy.ts';
import { readSound } from '../audio/sound.ts';
import type { Clock, Random } from '../clock.ts';
import { createAttribute } from './attribute/attribute.ts';
import { createDeliver } from './deliver/deliver.ts';
import type { Destination } from './deliver/destination.ts';
import { genesysInteraction } from './deliver/genesys-interaction.ts';
import { httpDestination } from './deliver/http.ts';
import { createFetch } from './fetch/fetch.ts';
import { createProbe } from './fetch/probe.ts';
import { dispose } from './fetch/work-dir.ts';
import { createFind } from './find/find.ts';
import { createGenesysClient, type GenesysClient } from './genesys/client.ts';
import type { Membership } from './genesys/account.ts';
import { createMeter } from './genesys/kinds.ts';
import { createRefind } from './find/refind.ts';
import { createLocator } from './locate/locate.ts';
import { parseMicros } from './money/micros.ts';
import type { RunPrice } from './money/rates.ts';
import { NO_CALLS } from './plan.ts';
import type { GenesysRequest, Plan } from './plan.ts';
import { type Preflight, readCredentials, readEndpoint } from './preflight.ts';
import type { RunVerbs } from './run/context.ts';
import { foldChannels } from './screen/fold.ts';
import { createScreen, refusalOf } from './screen/screen.ts';
import { acceptsType } from './transcribe/generic/accepts.ts';
import type { Recording } from './types.ts';
import { parseDurationMs } from '../window.ts';
import { createGenericTranscriber } from './transcribe/generic/generic.ts';

export interface VerbsContext {
  readonly plan: Plan;
  readonly facts: Preflight;
  readonly dispatcher: Dispatcher;
  readonly workDir: string;
  readonly price: RunPrice;
  readonly account: Membership;
  /** Of the speech endpoint, over all runs. */
  readonly speechInFlight: LimitFunction;
  readonly clock: Clock;
  readonly random: Random;
  readonly onGenesysRequest?: ((request: GenesysRequest) => void) | undefined;
}

/** `"0.6"` is 60: a share has the form of an amount of money. */
const percentOf = (share: string): number => Math.round(parseMicros(share) / 10_000);

const destinationsOf = ({ plan, dispatcher, clock }: VerbsContext, client: GenesysClient): Destination[] =>
  plan.spec.transcripts.destinations.flatMap(({ genesysInteraction: interaction, http }) => [
    ...(interaction
      ? [
          genesysInteraction({
            request: (...call) => client.request(...call),
            path: interaction.path,
            now: clock.now,
          }),
        ]
      : []),
    ...(http
      ? [httpDestination({ readSecret: () => readEndpoint(plan, http.urlSecretRef.name), dispatcher, now: clock.now })]
      : []),
  ]);

const transcriberOf = ({ plan, dispatcher, speechInFlight, clock }: VerbsContext) => {
  const { endpointSecretRef, language, model, speakers, timeoutSeconds } = plan.spec.stt;
  return createGenericTranscriber({
    readSecret: () => readEndpoint(plan, endpointSecretRef.name),
    language,
    model,
    speakers,
    timeoutSeconds,
    dispatcher,
    clock,
    inFlight: speechInFlight,
  });
};

/** How long the data of the window are waited for, if they are. */
const waitOf = ({ spec: { window } }: Plan): number | undefined =>
  window.waitForAvailability === undefined ? undefined : parseDurationMs(window.waitForAvailability);

export const createVerbs = (context: VerbsContext): RunVerbs => {
  const { plan, facts, dispatcher, workDir, account, price, clock, random, onGenesysRequest } = context;
  const { selection, stt, roles, cost } = plan.spec;
  const client = createGenesysClient({
    ...facts.hosts,
    readCredentials: () => readCredentials(plan),
    dispatcher,
    account,
    meter: createMeter(),
    onRequest: onGenesysRequest,
    clock,
    random,
  });
  const locator = createLocator({
    client,
    clock,
    random,
    accepts: acceptsType,
    minDurationSeconds: selection.minDurationSeconds,
    restores: selection.restoreArchived !== undefined,
    // Without addresses there is nothing to count channels in.
    isDryRun: plan.spec.dryRun && !price.perChannel,
  });
  // What the download taught of a recording, for who attributes it.
  const details = new WeakMap<Recording, Recording>();
  const fetch = createFetch({
    dispatcher,
    workDir,
    clock,
    accepts: acceptsType,
    relocate: locator.relocate,
    confirm: locator.confirm,
    onDetails: (recording, fuller) => void details.set(recording, fuller),
  });
  const attribute = createAttribute({
    agentChannel: roles.agentChannel,
    minConfidencePercent: percentOf(roles.minConfidence),
    language: stt.language,
    engine: { provider: stt.provider, model: stt.model },
    currency: cost.currency,
    // Before anything that is free of it: that is known when the attempt is settled.
    priceMicros: (audio) => price.pricing.quote(audio).micros,
    now: clock.now,
    readEnergy,
  });
  return {
    find: createFind({ client, window: plan.window, selection, clock, random, waitForAvailabilityMs: waitOf(plan) }),
    refind: createRefind({ client }),
    locate: locator.locate,
    locateSize: locator.size,
    fetch: (recording, signal) => {
      locator.used();
      return fetch(recording, signal);
    },
    screen: createScreen({ ...selection, listen: readSound, fold: (audio) => foldChannels(audio, workDir) }),
    foresee: (recording, length) => refusalOf(recording, length, selection),
    probe: createProbe({ dispatcher, workDir, relocate: locator.relocate }),
    transcribe: transcriberOf(context),
    attribute: (recording, ...heard) => attribute(details.get(recording) ?? recording, ...heard),
    ...createDeliver({ destinations: destinationsOf(context, client), clock, random }),
    dispose,
    requests: client.requests,
    onOutage: (listener) => account.listen(listener),
  };
};

const nothing = (): never => {
  throw new Error('nothing is begun any more');
};

/** The verbs of a run that only closes its books. */
export const idleVerbs: RunVerbs = {
  async *find() {},
  async *refind() {},
  locate: nothing,
  locateSize: () => 1,
  fetch: nothing,
  screen: nothing,
  transcribe: nothing,
  attribute: nothing,
  deliver: nothing,
  takenBy: () => [],
  resume: () => {},
  dispose: nothing,
  probe: nothing,
  foresee: nothing,
  requests: () => NO_CALLS,
  onOutage: () => () => {},
};
