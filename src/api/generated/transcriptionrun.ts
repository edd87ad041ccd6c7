// Generated from deploy/crds/ by `make generate`. Do not edit.

/**
 * What is wanted. After creation only suspend, cancel, concurrency, cost.budget and ttlSecondsAfterFinished may be changed: a run is a record of what was asked for and what it cost, so a different wish is a different run.
 */
export interface TranscriptionRunSpec {
  /**
   * The window of time whose calls are wanted. A conversation belongs to the window in which it started, so consecutive windows neither overlap nor leave a gap. Either from and to, or last.
   */
  readonly window: {
    /**
     * Start of the window, ISO 8601 with a time zone, for example 2026-11-23T00:00:00Z. It belongs to the window.
     */
    readonly from?: string;
    /**
     * End of the window, ISO 8601 with a time zone. It does not belong to the window. While it lies ahead the run is Pending with reason WindowOpen, because conversations could still start in it.
     */
    readonly to?: string;
    /**
     * Length of a window that ends when the run starts, as a duration in h, m, s and ms such as 24h or 1h30m. It is resolved once, at the start, and pinned in status.window: a resumed run works on the same window.
     */
    readonly last?: string;
    /**
     * Shifts a window given by last back in time, as a duration. Recordings are uploaded and transcoded after the call, so some hours spare waiting. None by default.
     */
    readonly offset?: string;
    /**
     * How long the run waits for Genesys Cloud to say that the data of its analytics jobs are complete up to the end of the window, as a duration such as 48h. Large windows then need a tenth of the API requests. When the time is over the run goes on without. By default it does not wait: what jobs do not have yet is read by queries.
     */
    readonly waitForAvailability?: string;
  };
  /**
   * The Genesys Cloud organisation whose calls are read, and how to log in to it.
   */
  readonly genesys: {
    /**
     * AWS region of the organisation, for example eu-central-1, or its Genesys domain, for example mypurecloud.de. It decides which hosts are called. us-east-2 is the FedRAMP region. May be absent where apiURL and loginURL are both given.
     */
    readonly region?:
      | 'us-east-1'
      | 'us-east-2'
      | 'us-west-2'
      | 'ca-central-1'
      | 'mx-central-1'
      | 'sa-east-1'
      | 'eu-west-1'
      | 'eu-west-2'
      | 'eu-central-1'
      | 'eu-central-2'
      | 'eusc-de-east-1'
      | 'me-central-1'
      | 'ap-south-1'
      | 'ap-southeast-1'
      | 'ap-southeast-2'
      | 'ap-northeast-1'
      | 'ap-northeast-2'
      | 'ap-northeast-3'
      | 'mypurecloud.com'
      | 'use2.us-gov-pure.cloud'
      | 'usw2.pure.cloud'
      | 'cac1.pure.cloud'
      | 'mxc1.pure.cloud'
      | 'sae1.pure.cloud'
      | 'mypurecloud.ie'
      | 'euw2.pure.cloud'
      | 'mypurecloud.de'
      | 'euc2.pure.cloud'
      | 'edee1.eusc-pure.cloud'
      | 'mec1.pure.cloud'
      | 'aps1.pure.cloud'
      | 'apse1.pure.cloud'
      | 'mypurecloud.com.au'
      | 'mypurecloud.jp'
      | 'apne2.pure.cloud'
      | 'apne3.pure.cloud';
    /**
     * Address of the API instead of the one of the region, for a gateway or a simulator. Calls go to <apiURL>/api/v2/.... No credentials, query or fragment.
     */
    readonly apiURL?: string;
    /**
     * Address of the login instead of the one of the region. The login is POST <loginURL>/oauth/token. No credentials, query or fragment.
     */
    readonly loginURL?: string;
    /**
     * Secret of the run's own namespace with the keys clientId and clientSecret of an OAuth client with the Client Credentials grant. It is read again when Genesys Cloud refuses a call, so it may be rotated while the run goes on.
     */
    readonly credentialsSecretRef: {
      /**
       * Name of the Secret.
       */
      readonly name: string;
    };
    /**
     * Ceiling of API requests a minute for this OAuth client, shared by all runs that use it. 300 by default, which is what Genesys Cloud grants a client unless a support case raised it. Lower it where other software uses the same client.
     */
    readonly requestsPerMinute: number;
  };
  /**
   * Which conversations and recordings of the window are wanted. By default all outbound ones.
   */
  readonly selection: {
    /**
     * Only conversations in which one of these queues took part, by the queue's id. By default any queue.
     */
    readonly queueIDs?: readonly string[];
    /**
     * Only conversations of these divisions, by the division's id. By default all that the OAuth client can see.
     */
    readonly divisionIDs?: readonly string[];
    /**
     * Only conversations of these outbound campaigns, by the campaign's id. By default any, or none.
     */
    readonly campaignIDs?: readonly string[];
    /**
     * Recordings shorter than this many seconds are skipped before anything is paid for them. By default none is too short.
     */
    readonly minDurationSeconds?: number;
    /**
     * Archived recordings are brought back, and waited for so long, as a duration such as 12h: it takes hours. They stay for a week. The OAuth client needs the permission recording:recording:restore. By default archived recordings are skipped.
     */
    readonly restoreArchived?: string;
    /**
     * The run takes at most this many recordings and leaves the others alone. Conversations without a recording are not counted. Useful for a first try. By default all.
     */
    readonly maxRecordings?: number;
    /**
     * Directions of the conversations, by who called first. Only outbound by default.
     */
    readonly directions: readonly ('Outbound' | 'Inbound')[];
  };
  /**
   * The speech-to-text service that is paid for transcripts.
   */
  readonly stt: {
    /**
     * Protocol of the service. generic, the default, is callscribe's own small contract, which the embedded speech server speaks and a gateway can speak for any other service.
     */
    readonly provider: 'generic';
    /**
     * Secret of the run's own namespace with the key url, and apiKey where the service wants one. Requests carry the key as a Bearer token.
     */
    readonly endpointSecretRef: {
      /**
       * Name of the Secret.
       */
      readonly name: string;
    };
    /**
     * Language that is spoken in the calls, as a BCP 47 tag. en-US by default.
     */
    readonly language: string;
    /**
     * Model of the service, by the service's own name. phone_call by default, the usual name of a model for the narrow band of telephone audio.
     */
    readonly model: string;
    /**
     * How many speakers the service is told to expect in a recording. 2 by default, an agent and a customer.
     */
    readonly speakers: number;
    /**
     * How many seconds one transcription may take, 300 by default. After that its cost is unknown, since the service may have done the work.
     */
    readonly timeoutSeconds: number;
    /**
     * Ceiling of transcriptions in flight at this endpoint, over all runs of the operator. By default only concurrency limits them.
     */
    readonly maxInFlight?: number;
  };
  /**
   * How agent and customer are told apart.
   */
  readonly roles: {
    /**
     * Channel of the organisation's side in recordings with two channels, 0 or 1. 1 by default: Genesys Cloud records the external party on 0 and the internal one on 1.
     */
    readonly agentChannel: number;
    /**
     * Below this confidence, a decimal string from "0" to "1", a role is unknown instead of guessed. "0.6" by default.
     */
    readonly minConfidence: string;
  };
  /**
   * Where transcripts go.
   */
  readonly transcripts: {
    /**
     * Each transcript is delivered to all of these; by default to the interaction it belongs to. A transcript that one of them does not take is kept and delivered later, without paying for speech again.
     *
     * Items: One destination; exactly one of the keys.
     */
    readonly destinations: readonly {
      /**
       * The interaction in Genesys Cloud, or in a gateway that takes transcripts in its name. Genesys Cloud itself has no public endpoint for a finished transcript.
       */
      readonly genesysInteraction?: {
        /**
         * Path at the address of the API to which transcripts are posted, /api/v2/interactions/transcripts by default.
         */
        readonly path: string;
      };
      /**
       * Any HTTP endpoint. It gets the full document: turns, confidence, the evidence for the roles, engine and cost.
       */
      readonly http?: {
        /**
         * Secret of the run's own namespace with the key url, and apiKey where the endpoint wants a Bearer token. The address is in a Secret because such addresses often carry a token.
         */
        readonly urlSecretRef: {
          /**
           * Name of the Secret.
           */
          readonly name: string;
        };
      };
    }[];
  };
  /**
   * What speech costs, and how much may be spent.
   */
  readonly cost: {
    /**
     * Price of one minute of audio in currency, as a decimal string with at most six decimals, for example "0.004". It overrides the price table. Required for the provider generic, whose price no table knows: a wrong one would make the report and the budget wrong.
     */
    readonly ratePerMinute?: string;
    /**
     * What the service adds to ratePerMinute for telling speakers apart, as a decimal string with at most six decimals. It is asked for where stt.speakers is more than 1. Nothing by default.
     */
    readonly diarizationPerMinute?: string;
    /**
     * Currency of all amounts of the run as an ISO 4217 code. USD by default. Nothing is converted.
     */
    readonly currency: string;
    /**
     * Whether the service bills each channel of a recording on its own. false by default.
     */
    readonly perChannel: boolean;
    /**
     * The service bills audio in steps of this many seconds. 1 by default; 15 and 60 are common.
     */
    readonly roundUpToSeconds: number;
    /**
     * The service bills at least this many seconds for each request. 0, no minimum, by default.
     */
    readonly minimumSeconds: number;
    /**
     * Billed seconds that cost nothing in this run, for example what is left of a free tier. They are used up in the order in which attempts end; reservations do not count on them. 0 by default.
     */
    readonly freeSeconds: number;
    /**
     * The most that the run may spend in currency, as a decimal string with at most six decimals. Settled, reserved and unknown cost together never exceed it, a crash included. What does not fit waits until it is raised. May be changed while the run goes on. No limit by default.
     */
    readonly budget?: string;
  };
  /**
   * Recordings in flight at the same time, 4 by default. May be changed while the run goes on; a lower number takes effect as those in flight end.
   */
  readonly concurrency: number;
  /**
   * How often a recording is tried again.
   */
  readonly retry: {
    /**
     * Attempts for each recording, the first one included; 4 by default. A service that asks to slow down, or a recording that is not ready yet, uses none.
     */
    readonly maxAttempts: number;
    /**
     * How long a recording that is still being uploaded or transcoded is waited for, in seconds; 600 by default. The run goes on with the others meanwhile.
     */
    readonly readyTimeoutSeconds: number;
  };
  /**
   * How many recordings may fail before the run stops with phase Failed. Without it, any number.
   */
  readonly failurePolicy?: {
    /**
     * The run stops when more recordings than this have failed. 0 stops at the first failure. No limit by default.
     */
    readonly maxFailed?: number;
    /**
     * The run stops when more than this share of what was found, in percent, has failed. Judged once everything is found. No limit by default.
     */
    readonly maxFailedPercent?: number;
  };
  /**
   * What happens to a recording that another run of the namespace has transcribed, by its id or by its bytes. Skip, the default, pays nothing and the report says which run has it; Redo pays again. The same bytes twice in one run are paid for once in either case.
   */
  readonly onAlreadyTranscribed: 'Skip' | 'Redo';
  /**
   * The report, and for how long it is kept.
   */
  readonly report: {
    /**
     * WithRun, the default, deletes the report with the run. Keep lets it outlive the run: it has no owner then, carries the label callscribe.dev/retention=Keep, and is deleted by nobody but you.
     */
    readonly retention: 'WithRun' | 'Keep';
    /**
     * How agents appear in the report: Hashed, the default, by a digest of their Genesys user id, which tells them apart without naming them; Plain by the id itself.
     */
    readonly agents: 'Hashed' | 'Plain';
    /**
     * Time zone of the days in the report's totals, as an IANA name, for example Europe/Berlin. UTC by default. Times of rows are always UTC.
     */
    readonly timeZone: string;
  };
  /**
   * true lets what is in flight end and starts nothing new, until it is false again. false by default. May be changed.
   */
  readonly suspend: boolean;
  /**
   * true ends the run for good and aborts what is in flight, whose cost is then unknown. It cannot be taken back. false by default.
   */
  readonly cancel: boolean;
  /**
   * true finds and prices everything, then stops before speech is paid for. false by default.
   */
  readonly dryRun: boolean;
  /**
   * The run fails when it takes longer than this many seconds. As in a Job, the clock starts again when a suspended run is resumed. No limit by default.
   */
  readonly activeDeadlineSeconds?: number;
  /**
   * The run, and with it its report, is deleted this many seconds after its end, as in a Job. Never by default: the report is the record of what was paid. May be changed.
   */
  readonly ttlSecondsAfterFinished?: number;
}

/**
 * How the run goes. A view that may lag by a second; the record is the report.
 */
export interface TranscriptionRunStatus {
  /**
   * Generation of the spec that this status is about.
   */
  readonly observedGeneration?: number;
  /**
   * Where the run is in its life, in one word. Succeeded when nothing failed, PartiallyFailed when some recordings failed, Failed when the run itself could not go on or nothing at all was transcribed.
   */
  readonly phase?: 'Pending' | 'Running' | 'Suspended' | 'Succeeded' | 'PartiallyFailed' | 'Failed' | 'Cancelled';
  /**
   * Complete, Failed and Suspended as in a Job; Ready, Reconciling and Stalled as kstatus reads them; GenesysUnavailable while Genesys Cloud is away; BudgetExhausted, DestinationRejected and DestinationUnavailable where somebody has to act.
   */
  readonly conditions?: readonly {
    /**
     * Name of the condition.
     */
    readonly type: string;
    /**
     * Whether it holds.
     */
    readonly status: 'True' | 'False' | 'Unknown';
    /**
     * Why, as a CamelCase word or a code of the error catalogue.
     */
    readonly reason: string;
    /**
     * Why, for people.
     */
    readonly message: string;
    /**
     * When status last changed.
     */
    readonly lastTransitionTime: string;
    /**
     * Generation of the spec that the condition is about.
     */
    readonly observedGeneration?: number;
  }[];
  /**
   * The window, pinned when the run started. It does not change when the run is resumed.
   */
  readonly window?: {
    /**
     * Begin of the window.
     */
    readonly from?: string;
    /**
     * End of the window.
     */
    readonly to?: string;
  };
  /**
   * When the run started, or was resumed after it was suspended.
   */
  readonly startTime?: string;
  /**
   * When the run ended.
   */
  readonly completionTime?: string;
  /**
   * Time from startTime to completionTime for people, for example 4m10s. Set at the end.
   */
  readonly duration?: string;
  /**
   * How many of those found have their outcome, for example 42/50.
   */
  readonly progress?: string;
  /**
   * What is counted is a recording, or a conversation that turned out to have none. found is always the sum of pending, inProgress, transcribed, skipped, failed and noRecording.
   */
  readonly counts?: {
    /**
     * Conversations found in the window that the selection wants.
     */
    readonly conversations?: number;
    /**
     * Recordings found and conversations that have none.
     */
    readonly found?: number;
    /**
     * Waiting for their first or next attempt.
     */
    readonly pending?: number;
    /**
     * Being worked on.
     */
    readonly inProgress?: number;
    /**
     * Transcribed and delivered.
     */
    readonly transcribed?: number;
    /**
     * Left out on purpose; the report says why.
     */
    readonly skipped?: number;
    /**
     * Failed for good; the report says why.
     */
    readonly failed?: number;
    /**
     * Conversations without a recording.
     */
    readonly noRecording?: number;
  };
  /**
   * Seconds of audio that were transcribed, as a decimal string with three decimals.
   */
  readonly audioSeconds?: string;
  /**
   * Money, as decimal strings in currency. settled, reserved and unknown together never exceed budget.
   */
  readonly cost?: {
    /**
     * Currency of the amounts.
     */
    readonly currency?: string;
    /**
     * What is known to be spent. The sum of the cost column of the report.
     */
    readonly settled?: string;
    /**
     * What attempts in flight may be spending now.
     */
    readonly reserved?: string;
    /**
     * What attempts without a known end may have cost, for example after a timeout or a crash. Compare it with the invoice.
     */
    readonly unknown?: string;
    /**
     * What the whole run is expected to cost by what is known of it so far.
     */
    readonly estimate?: string;
    /**
     * What may be spent, as spec.cost.budget says.
     */
    readonly budget?: string;
    /**
     * What the figures of the service itself come to, where it gives any. settled is computed from the audio that was sent.
     */
    readonly providerReported?: string;
    /**
     * What was not paid: silent, empty, too short or damaged files, and what was transcribed before.
     */
    readonly avoided?: string;
    /**
     * Price of a billed minute, surcharges included.
     */
    readonly ratePerMinute?: string;
    /**
     * The price table of the operator. It gives the price where spec.cost.ratePerMinute does not.
     */
    readonly priceTable?: {
      /**
       * Day of the table.
       */
      readonly asOf?: string;
      /**
       * SHA-256 of its file.
       */
      readonly sha256?: string;
    };
  };
  /**
   * What a dry run found. The run itself costs at most this where all lengths are as Genesys Cloud announces them.
   */
  readonly estimate?: {
    /**
     * Recordings that would be transcribed.
     */
    readonly recordings?: number;
    /**
     * Their length, as a decimal string.
     */
    readonly audioHours?: string;
    /**
     * Their price, as a decimal string in currency.
     */
    readonly cost?: string;
    /**
     * The price in each mode that the service offers; the first one is used.
     */
    readonly modes?: readonly {
      /**
       * Name of the mode.
       */
      readonly name?: string;
      /**
       * Price in this mode.
       */
      readonly cost?: string;
    }[];
    /**
     * Requests to Genesys Cloud that the run would make.
     */
    readonly genesysRequests?: number;
    /**
     * Time that they need at genesys.requestsPerMinute, in seconds: the run takes at least as long.
     */
    readonly genesysSeconds?: number;
    /**
     * Whether cost.budget holds the price. Absent without a budget.
     */
    readonly withinBudget?: boolean;
  };
  /**
   * Use of the Genesys Cloud API.
   */
  readonly genesys?: {
    /**
     * Requests of the current attempt, logins and repetitions included.
     */
    readonly requests?: number;
    /**
     * Requests for each recording found, without those that delivered transcripts, as a decimal string with three decimals.
     */
    readonly requestsPerRecording?: string;
    /**
     * The same requests by what they were for.
     */
    readonly byKind?: {
      /**
       * Logins.
       */
      readonly login?: number;
      /**
       * Queries for conversations.
       */
      readonly detailsQuery?: number;
      /**
       * Analytics jobs: submitted, looked at, read, removed, and when their data are complete.
       */
      readonly detailsJob?: number;
      /**
       * Single conversations.
       */
      readonly conversation?: number;
      /**
       * Metadata of the recordings of a conversation.
       */
      readonly recordingMetadata?: number;
      /**
       * Recordings of a conversation with their addresses.
       */
      readonly recording?: number;
      /**
       * Batch download requests and looks at them.
       */
      readonly batchRequest?: number;
      /**
       * Orders to bring back archived recordings.
       */
      readonly restore?: number;
      /**
       * Delivered transcripts.
       */
      readonly transcript?: number;
    };
  };
  /**
   * Recordings in flight, then the newest finished ones; at most 100. The report has all.
   */
  readonly recordings?: readonly {
    /**
     * Id of the recording; empty for a conversation without one.
     */
    readonly recordingID?: string;
    /**
     * Id of the conversation.
     */
    readonly conversationID?: string;
    /**
     * Where the recording is in its life. Pending waits for its first or next attempt; all but Pending and InProgress are final.
     */
    readonly state?: 'Pending' | 'InProgress' | 'Transcribed' | 'Skipped' | 'Failed' | 'NoRecording';
    /**
     * Step of the pipeline in which it is or ended.
     */
    readonly stage?: 'Locate' | 'Fetch' | 'Screen' | 'Reserve' | 'Transcribe' | 'Attribute' | 'Deliver' | 'Settle';
    /**
     * Number of the attempt, from 1.
     */
    readonly attempt?: number;
    /**
     * Length of the audio in seconds as a decimal string.
     */
    readonly durationSeconds?: string;
    /**
     * Reserved or settled cost as a decimal string.
     */
    readonly cost?: string;
    /**
     * What went wrong, if something did.
     */
    readonly error?: {
      /**
       * Code of the error catalogue.
       */
      readonly code?: string;
      /**
       * What happened, for people. It never holds a secret or what was said.
       */
      readonly message?: string;
    };
    /**
     * When it came into this state.
     */
    readonly since?: string;
  }[];
  /**
   * Where the report is, the record of every attempt and its cost.
   */
  readonly report?: {
    /**
     * Name of its first ConfigMap. The others have the same name with -1, -2 and so on.
     */
    readonly name?: string;
    /**
     * Number of its ConfigMaps.
     */
    readonly shards?: number;
    /**
     * Number of its rows.
     */
    readonly rows?: number;
    /**
     * Head of the hash chain over its rows, SHA-256. callscribe verify checks a report against it.
     */
    readonly head?: string;
  };
}
