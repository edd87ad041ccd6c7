// Generated from deploy/crds/ by `make generate`. Do not edit.

/**
 * What is wanted. It cannot be changed after creation, except for suspend, cancel, concurrency, cost.budget and ttlSecondsAfterFinished.
 */
export interface TranscriptionRunSpec {
  /**
   * The window of time. A conversation belongs to the window in which it started. Either from and to, or last.
   */
  window: {
    /**
     * Begin of the window, ISO 8601. It belongs to the window.
     */
    from?: string;
    /**
     * End of the window, ISO 8601. It does not belong to the window. While it lies ahead the run is Pending with reason WindowOpen.
     */
    to?: string;
    /**
     * Length of a window that ends when the run starts, as a duration such as 24h or 1h30m. It is resolved once and pinned in status.window.
     */
    last?: string;
    /**
     * Shifts a window given by last back in time, as a duration. Genesys Cloud needs some hours to complete its data.
     */
    offset?: string;
  };
  /**
   * The Genesys Cloud organisation.
   */
  genesys: {
    /**
     * AWS region of the organisation, for example eu-central-1, or its Genesys domain, for example mypurecloud.de.
     */
    region?:
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
     * Address of the API instead of the one of the region, for a gateway or a simulator. Calls go to <apiURL>/api/v2/....
     */
    apiURL?: string;
    /**
     * Address of the login instead of the one of the region. The login is POST <loginURL>/oauth/token.
     */
    loginURL?: string;
    /**
     * Secret of the same namespace with the keys clientId and clientSecret of an OAuth client with the Client Credentials grant. It is read again when Genesys Cloud refuses a login, so it may be rotated.
     */
    credentialsSecretRef: {
      /**
       * Name of the Secret.
       */
      name: string;
    };
    /**
     * Ceiling of API requests of this OAuth client, shared by all runs that use it. Genesys Cloud allows 300.
     */
    requestsPerMinute: number;
  };
  /**
   * Which conversations and recordings of the window are wanted. Empty means all outbound ones.
   */
  selection: {
    /**
     * Only conversations in which one of these queues took part.
     *
     * @maxItems 100
     */
    queueIDs?: readonly string[];
    /**
     * Only conversations of these divisions.
     *
     * @maxItems 100
     */
    divisionIDs?: readonly string[];
    /**
     * Only conversations of these outbound campaigns.
     *
     * @maxItems 100
     */
    campaignIDs?: readonly string[];
    /**
     * Recordings shorter than this are skipped, before anything is paid.
     */
    minDurationSeconds?: number;
    /**
     * The run stops finding after this many recordings. Useful for a first try.
     */
    maxRecordings?: number;
    /**
     * Directions of the conversations, by who called first.
     *
     * @minItems 1
     * @maxItems 2
     */
    directions: readonly ('Outbound' | 'Inbound')[];
  };
  /**
   * The speech-to-text service.
   */
  stt: {
    /**
     * Protocol of the service. generic is the contract of callscribe's own speech server.
     */
    provider: 'generic';
    /**
     * Secret of the same namespace with the key url, and apiKey where the service wants one.
     */
    endpointSecretRef: {
      /**
       * Name of the Secret.
       */
      name: string;
    };
    /**
     * Language of the calls as a BCP 47 tag.
     */
    language: string;
    /**
     * Model of the service.
     */
    model: string;
    /**
     * How many speakers the service is told to expect.
     */
    speakers: number;
    /**
     * How long one transcription may take. After that its cost is unknown, since the service may have done the work.
     */
    timeoutSeconds: number;
    /**
     * Ceiling of transcriptions in flight at this endpoint, over all runs of the operator.
     */
    maxInFlight?: number;
  };
  /**
   * How agent and customer are told apart.
   */
  roles: {
    /**
     * Channel of the organisation's side in recordings with two channels. Genesys Cloud records the external party on 0.
     */
    agentChannel: number;
    /**
     * Below this confidence, from "0" to "1", a role is unknown instead of guessed.
     */
    minConfidence: string;
  };
  /**
   * Where transcripts go.
   */
  transcripts: {
    /**
     * Each transcript is delivered to all of these. One that refuses does not make speech be paid for again.
     *
     * @minItems 1
     * @maxItems 5
     *
     * Items: One destination; exactly one of the keys.
     */
    destinations: {
      /**
       * The interaction in Genesys Cloud, or in a gateway that takes transcripts in its name.
       */
      genesysInteraction?: {
        /**
         * Path at the API's address to which transcripts are posted.
         */
        path: string;
      };
      /**
       * Any HTTP endpoint; it gets the full document with confidence, evidence and cost.
       */
      http?: {
        /**
         * Secret of the same namespace with the key url, and apiKey where a Bearer token is wanted.
         */
        urlSecretRef: {
          /**
           * Name of the Secret.
           */
          name: string;
        };
      };
    }[];
  };
  /**
   * What speech costs, and how much may be spent.
   */
  cost: {
    /**
     * Price of one minute of audio as a decimal string, at most six decimals.
     */
    ratePerMinute: string;
    /**
     * Currency of all amounts, ISO 4217.
     */
    currency: string;
    /**
     * Whether the service bills each channel.
     */
    perChannel: boolean;
    /**
     * The service bills audio in steps of this many seconds.
     */
    roundUpToSeconds: number;
    /**
     * The service bills at least this many seconds for each request.
     */
    minimumSeconds: number;
    /**
     * The run never spends more than this, a crash included: settled, reserved and unknown cost together stay below it. What it does not hold waits until it is raised. May be changed while the run goes on.
     */
    budget?: string;
  };
  /**
   * Recordings in flight at the same time. May be changed while the run goes on.
   */
  concurrency: number;
  /**
   * How often something is tried again.
   */
  retry: {
    /**
     * Attempts for each recording. A request of a service to slow down, or a recording that is not ready, uses none.
     */
    maxAttempts: number;
  };
  /**
   * How many recordings may fail before the run stops with phase Failed. Without it, any number.
   */
  failurePolicy?: {
    /**
     * The run stops when more recordings than this have failed.
     */
    maxFailed?: number;
    /**
     * The run stops when more than this share of what was found has failed. Judged once all is found.
     */
    maxFailedPercent?: number;
  };
  /**
   * True lets what is in flight end and starts nothing new, until it is false again.
   */
  suspend: boolean;
  /**
   * True ends the run for good, also what is in flight. It cannot be taken back.
   */
  cancel: boolean;
  /**
   * True finds and prices everything and stops before speech.
   */
  dryRun: boolean;
  /**
   * The run fails when it takes longer than this. As in a Job, the clock starts again when a suspended run is resumed.
   */
  activeDeadlineSeconds?: number;
  /**
   * The run, and with it its report, is deleted this long after its end. Without it, never.
   */
  ttlSecondsAfterFinished?: number;
}

/**
 * A view of the run; the report is the record.
 */
export interface TranscriptionRunStatus {
  /**
   * Generation of the spec that this status is about.
   */
  observedGeneration?: number;
  /**
   * Where the run is in its life, in one word.
   */
  phase?: 'Pending' | 'Running' | 'Suspended' | 'Succeeded' | 'PartiallyFailed' | 'Failed' | 'Cancelled';
  /**
   * Complete, Failed and Suspended as in a Job; Ready, Reconciling and Stalled as kstatus reads them; BudgetExhausted and DestinationRejected where somebody has to act.
   */
  conditions?: readonly {
    /**
     * Name of the condition.
     */
    type: string;
    /**
     * Whether it holds.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * Why, as a CamelCase word or a code of the error catalogue.
     */
    reason: string;
    /**
     * Why, for people.
     */
    message: string;
    /**
     * When status last changed.
     */
    lastTransitionTime: string;
    /**
     * Generation of the spec that the condition is about.
     */
    observedGeneration?: number;
  }[];
  /**
   * The window, pinned when the run started.
   */
  window?: {
    /**
     * Begin of the window.
     */
    from?: string;
    /**
     * End of the window.
     */
    to?: string;
  };
  /**
   * When the run started, or was resumed after it was suspended.
   */
  startTime?: string;
  /**
   * When the run ended.
   */
  completionTime?: string;
  /**
   * How long the run took, for people.
   */
  duration?: string;
  /**
   * What is done of what was found, for example 42/50.
   */
  progress?: string;
  /**
   * What is counted is a recording, or a conversation that turned out to have none. found is always the sum of pending, inProgress, transcribed, skipped, failed and noRecording.
   */
  counts?: {
    /**
     * Conversations found in the window.
     */
    conversations?: number;
    /**
     * Recordings and conversations without one.
     */
    found?: number;
    /**
     * Waiting for their first or next attempt.
     */
    pending?: number;
    /**
     * Being worked on.
     */
    inProgress?: number;
    /**
     * Transcribed and delivered.
     */
    transcribed?: number;
    /**
     * Left out on purpose; the report says why.
     */
    skipped?: number;
    /**
     * Failed for good; the report says why.
     */
    failed?: number;
    /**
     * Conversations without a recording.
     */
    noRecording?: number;
  };
  /**
   * Seconds of audio that were transcribed, as a decimal string.
   */
  audioSeconds?: string;
  /**
   * Money, as decimal strings.
   */
  cost?: {
    /**
     * Currency of the amounts.
     */
    currency?: string;
    /**
     * What is known to be spent. The sum of the cost column of the report.
     */
    settled?: string;
    /**
     * What attempts in flight may be spending now.
     */
    reserved?: string;
    /**
     * What attempts without a known end may have cost.
     */
    unknown?: string;
    /**
     * What the whole run is expected to cost.
     */
    estimate?: string;
    /**
     * What may be spent.
     */
    budget?: string;
  };
  /**
   * Use of the Genesys Cloud API.
   */
  genesys?: {
    /**
     * Requests of the current attempt.
     */
    requests?: number;
  };
  /**
   * Recordings in flight, then the newest finished ones; at most 100. The report has all.
   *
   * @maxItems 100
   */
  recordings?: {
    /**
     * Id of the recording; empty for a conversation without one.
     */
    recordingID?: string;
    /**
     * Id of the conversation.
     */
    conversationID?: string;
    /**
     * Where it is in its life.
     */
    state?: 'Pending' | 'InProgress' | 'Transcribed' | 'Skipped' | 'Failed' | 'NoRecording';
    /**
     * Step of the pipeline.
     */
    stage?: 'Locate' | 'Fetch' | 'Screen' | 'Reserve' | 'Transcribe' | 'Attribute' | 'Deliver' | 'Settle';
    /**
     * Number of the attempt.
     */
    attempt?: number;
    /**
     * Length of the audio as a decimal string.
     */
    durationSeconds?: string;
    /**
     * Reserved or settled cost as a decimal string.
     */
    cost?: string;
    /**
     * What went wrong, if something did.
     */
    error?: {
      /**
       * Code of the error catalogue.
       */
      code?: string;
      /**
       * For people.
       */
      message?: string;
    };
    /**
     * When it came into this state.
     */
    since?: string;
  }[];
  /**
   * Where the report is.
   */
  report?: {
    /**
     * Name of its first ConfigMap.
     */
    name?: string;
    /**
     * Number of its ConfigMaps.
     */
    shards?: number;
    /**
     * Number of its rows.
     */
    rows?: number;
  };
}
