// Limits of the server. Every limit is named with its unit.

export const POSTGRES_VERSION_MIN = 150_000;
export const PARTITION_MONTHS_AHEAD = 3;

/** Advisory locks of the trail's database: one number a job, so that each has one owner among several servers. */
export const ADVISORY_LOCK_MIGRATE = 0x1de11b00;
export const ADVISORY_LOCK_SEAL = 0x1de11b01;
export const ADVISORY_LOCK_CAPTURE_CLASS = 0x1de11b02;
export const ADVISORY_LOCK_CAPTURE_SETUP_CLASS = 0x1de11b03;
export const ADVISORY_LOCK_SEARCH = 0x1de11b05;
export const ADVISORY_LOCK_PROJECT = 0x1de11b06;

export const COMMIT_EVENTS_MAX = 2_000;
export const COMMIT_BYTES_MAX = 8 * 1024 * 1024;
/** An event that waited longer than this for its commit is stamped anew. */
export const COMMIT_WAIT_MS_MAX = 10_000;
export const QUEUE_BYTES_MAX = 256 * 1024 * 1024;
export const QUEUE_EVENTS_MAX = 20_000;
/** Small enough that a piece is gone before the garbage collector has moved it; larger ones cost memory and time. */
export const CAPTURE_COMMIT_ROWS_MAX = 2_000;

export const SEAL_INTERVAL_MS = 500;
export const BEAT_INTERVAL_MS = 60_000;

export const KEY_CACHE_MS = 1_000;
export const KEY_CACHE_ENTRIES_MAX = 10_000;
export const KEY_NAME_CHARS_MAX = 200;
/** Networks that one key may be held to, and addresses of its use that are remembered, newest first. */
export const KEY_NETWORKS_MAX = 50;
export const KEY_ADDRESSES_MAX = 1_000;
/** How often the use of keys is written down, and how many pairs of key and address a server remembers to have written. */
export const KEY_USE_INTERVAL_MS = 5_000;
export const KEY_USE_PLACES_MAX = 50_000;
/** How long a key that was rotated may stay good. */
export const KEY_OVERLAP_SECONDS_MAX = 30 * 24 * 3_600;
export const KEY_OVERLAP_SECONDS_DEFAULT = 24 * 3_600;
/** The trail of the trail: what somebody reads within this time is one event, and so is what they are refused within the other. */
export const READS_FOLDED_MS = 60_000;
export const DENIALS_FOLDED_MS = 5_000;
/** How often what is over is written; how many such events may wait in memory: what comes beyond is counted, without names. */
export const ACCESS_WRITE_INTERVAL_MS = 1_000;
export const ACCESS_ENTRIES_MAX = 10_000;
/** Of those whom nobody knows, how many addresses have an event of their own at a time: an attacker has many. */
export const ACCESS_ANONYMOUS_MAX = 100;
/** What one such event names: questions, addresses; the others are counted. */
export const ACCESS_NAMED_MAX = 20;
export const ACCESS_QUESTION_CHARS_MAX = 300;
/** What all such events name of questions while they wait. */
export const ACCESS_CHARS_MAX = 16 * 1024 * 1024;
/** How long a viewer token is good. */
export const VIEWER_SECONDS_MIN = 1;
export const VIEWER_SECONDS_DEFAULT = 3_600;
export const VIEWER_SECONDS_MAX = 24 * 3_600;
/** A sign-in: how long a password may be; how long a session is good, and a link that may be used once. */
export const PASSWORD_CHARS_MIN = 12;
export const PASSWORD_CHARS_MAX = 128;
export const SESSION_SECONDS = 12 * 3_600;
export const LINK_SECONDS = 3_600;
export const INVITATION_SECONDS = 7 * 24 * 3_600;
/** Failures to sign in within the window: to one account or from one device, and from one address; how many of those are remembered. */
export const SIGN_IN_WINDOW_MS = 15 * 60_000;
export const SIGN_IN_FAILURES_MAX = 10;
export const SIGN_IN_PLACE_FAILURES_MAX = 30;
export const SIGN_IN_KEPT_MAX = 50_000;
/** Attempts whose password is hashed at the same time. */
export const SIGN_INS_AT_ONCE_MAX = 16;
/** Of those, how many of people at devices that have not signed in to the account before. */
export const STRANGERS_AT_ONCE_MAX = 12;
/** Wrong codes of a second factor after a right password, from devices that are not known, within a day. */
export const SIGN_IN_CODE_FAILURES_MAX = 10;
export const SIGN_IN_CODE_WINDOW_MS = 24 * 3_600_000;
/** The cookie of a session, of its name too: what is longer is none, and is not looked up or remembered. */
export const SESSION_COOKIE_CHARS_MAX = 300;
/** Tenants that are each told of the sign-in of one person; with more, the operator alone. */
export const SIGN_IN_TENANTS_MAX = 20;
/** How long a browser is known that somebody has signed in with. */
export const DEVICE_SECONDS = 365 * 24 * 3_600;
/** A saved query stands in a token, and a token in a header. */
export const SCOPE_CHARS_MAX = 2_000;
/** A body that is JSON and no events. */
export const JSON_BODY_BYTES_MAX = 64 * 1024;
/** An address with its query and the headers: room for a query of QUERY_CHARS_MAX, of which each may be sent as nine bytes. */
export const HEADER_BYTES_MAX = 160 * 1024;
/** How long the rest of a request that was refused unread may take to arrive. */
export const REFUSED_LINGER_MS = 1_000;
/** How long the headers of a request may take to arrive, and the whole of it; how often that is looked at. */
export const HEADERS_MS_MAX = 15_000;
export const REQUEST_MS_MAX = 120_000;
export const REQUEST_CHECK_MS = 2_000;
/** How long a connection is kept for the next request: longer than proxies keep theirs, which else send one into its end. */
export const KEEP_ALIVE_MS = 75_000;
/** A connection on which so long nothing moves is ended. A stream has a heartbeat. */
export const SOCKET_IDLE_MS_MAX = 90_000;
/** How often somebody may ask who is known; the same for what takes events in, whose own limit is a full queue. */
export const RATE_CALLER = { perSecond: 1_000, burst: 10_000 } as const;
export const RATE_INGEST = { perSecond: 20_000, burst: 40_000 } as const;
/** How often an address may ask, by those who are not known and for what is open to everybody. */
export const RATE_ADDRESS = { perSecond: 100, burst: 2_000 } as const;
/** How many of each are remembered. */
export const RATE_ENTRIES_MAX = 20_000;
/** What the server asks of others: how long all of it may take, and how much an answer may hold. */
export const OUTGOING_MS_MAX = 10_000;
export const OUTGOING_BYTES_MAX = 1024 * 1024;
/** Single sign-on: how long somebody may be away at the provider, and may take for the code of a second factor afterwards. */
export const SSO_AWAY_SECONDS = 10 * 60;
/** The same for the code of a second factor after a right password. */
export const CHALLENGE_SECONDS = 10 * 60;
/** How long what a provider says of itself is believed without asking again. */
export const SSO_DISCOVERY_MS = 10 * 60_000;
/** The same of a provider that did not answer, so that those who wait for it do not ask it without end. */
export const SSO_RETRY_MS = 5_000;
/** How long a browser that came by TLS comes by nothing else. */
export const HSTS_SECONDS = 365 * 24 * 3_600;
/** Saved views that one person keeps in one tenant; of each its name, and its time as text. */
export const SAVED_VIEWS_MAX = 200;
export const SAVED_VIEW_NAME_CHARS_MAX = 100;
export const SAVED_VIEW_RANGE_CHARS_MAX = 128;
/** Tenants that one answer names; what goes on is found by the beginning of its name. */
export const TENANTS_LISTED_MAX = 100;
/** Events before and after one, by actor, resource and request; and how far from it a request is looked for. */
export const CONTEXT_EVENTS = 10;
export const CONTEXT_REQUEST_MS = 3_600_000;
export const QUERY_MS_MAX = 5_000;
export const PAGE_EVENTS_MAX = 1_000;
export const PAGE_EVENTS_DEFAULT = 50;
/** Disclosures of one page: it ends before the event that goes beyond them. */
export const PAGE_BYTES_MAX = 8 * 1024 * 1024;
/** What is read at a time of events that are checked in memory. */
export const CHECK_EVENTS_MAX = 200;
export const CHECK_BYTES_MAX = 8 * 1024 * 1024;
/** What a look checks at least, however late it is: one event a page would be no progress. */
export const CHECK_BYTES_MIN = 64 * 1024;
/** Words of a phrase that SQL looks for before an event is read and checked, the longest. */
export const HINT_WORDS_MAX = 8;
/** How long work in memory may keep the server from everything else. */
export const WORK_MS_MAX = 10;

/** Text search: how often the server looks for blocks to index; what one transaction of it takes on, in blocks and in time. */
export const SEARCH_INTERVAL_MS = 1_000;
export const SEARCH_STEP_BLOCKS_MAX = 16;
export const SEARCH_STEP_MS = 500;
/** What is read of a block at a time. */
export const SEARCH_READ_BYTES = 8 * 1024 * 1024;
/** Events that are not indexed yet and are read one by one beside the index; with more of them the index is not asked. */
export const SEARCH_TAIL_EVENTS_MAX = 16_384;
/** Words of a query that the index is asked for, the longest; the others are looked for in the events. */
export const SEARCH_WORDS_MAX = 8;

/** Counters: events of one transaction of the projector, how often it looks, and how far back, as the sealer does. */
export const PROJECT_EVENTS_MAX = 10_000;
export const PROJECT_INTERVAL_MS = 1_000;
export const PROJECT_LOGS_MAX = 1_000;
export const PROJECT_LOOKBACK_MS = 300_000;
export const PROJECT_SWEEP_INTERVAL_MS = 60_000;
/** A log with so many events that are not counted is counted at the next look; one with fewer waits until this time is over. */
export const PROJECT_EAGER_EVENTS = 500;
export const PROJECT_SETTLE_MS = 10_000;
/** Counts that a month, or a day, holds hour by hour; with more of them its days, or hours, are rows of their own. */
export const COUNTER_CELLS_MAX = 500;
/** Values of one facet of one log that are counted each for itself, and how long they may be; the others are counted together. */
export const COUNTER_VALUES_MAX = 1_000;
export const COUNTER_VALUE_CHARS_MAX = 256;
/** Events behind the counters that an answer counts one by one; with more of them the answer is an estimate. */
export const STATS_TAIL_EVENTS_MAX = 20_000;
/** Events of one hour that is cut by the ends of the time asked for; of more of them a share is taken. */
export const STATS_EDGE_EVENTS_MAX = 20_000;
/** How long an answer counts events one by one. */
export const STATS_SCAN_MS_MAX = 1_500;
/** Events that the first statement of a scan looks at; each further one at twice as many while it is quick. */
export const STATS_SCAN_EVENTS = 5_000;
export const STATS_SCAN_EVENTS_MAX = 640_000;
/** Events that a scan reads at a time when SQL cannot decide them, CHECK_BYTES_MAX of them at most; an eighth of that to begin with. */
export const STATS_CHECK_EVENTS = 1_000;
export const STATS_BUCKETS_MAX = 1_000;
export const STATS_VALUES_MAX = 50;
/** Events that completion looks at for values that no counter holds. */
export const COMPLETE_RECENT_EVENTS = 5_000;

/** Exports: events and bytes of one file, and how long it can be fetched. */
export const EXPORT_EVENTS_MAX = 5_000_000;
export const EXPORT_BYTES_MAX = 8 * 1024 * 1024 * 1024;
export const EXPORT_KEPT_HOURS = 24;
/**
 * Exports of one tenant that are under way, and those of one maker among them; how many one maker may ask for in an hour, for each
 * is on record for ever; and those that are kept of a tenant when they are over, of each part of it that somebody sees.
 */
export const EXPORTS_OPEN_MAX = 10;
export const EXPORTS_OWN_OPEN_MAX = 3;
export const EXPORTS_OWN_HOUR_MAX = 120;
export const EXPORTS_KEPT_MAX = 500;
/** What one server works on at a time, over all tenants and for one; pages that all its exports and downloads read at a time. */
export const EXPORTS_RUNNING_MAX = 4;
export const EXPORTS_TENANT_RUNNING_MAX = 2;
export const EXPORT_PAGES_AT_ONCE = 3;
/** Files that one server hands out at a time, over all tenants, of one and to one of its fetchers; how long one may take. */
export const EXPORT_DOWNLOADS_MAX = 32;
export const EXPORT_TENANT_DOWNLOADS_MAX = 8;
export const EXPORT_OWN_DOWNLOADS_MAX = 4;
export const EXPORT_DOWNLOAD_MS_MAX = 3_600_000;
/** How often a worker looks for exports, and says how far it is; one that says nothing for so long has died, and so often another begins again. */
export const EXPORT_POLL_MS = 1_000;
export const EXPORT_BEAT_MS = 500;
export const EXPORT_LEASE_MS = 30_000;
export const EXPORT_ATTEMPTS_MAX = 3;
/** How long a finished export waits for a checkpoint that covers it. */
export const EXPORT_SEAL_MS_MAX = 10_000;

/** Live streams: how many one server serves, over all tenants and for one of them. */
export const STREAM_LISTENERS_MAX = 5_000;
export const STREAM_TENANT_LISTENERS_MAX = 2_500;
/** How often the server looks whether logs have grown, and how soon after an append of its own. */
export const STREAM_POLL_MS = 100;
export const STREAM_GATHER_MS = 25;
/** With many listeners events are gathered for longer, a millisecond more for so many: a write to a socket costs more than what is written. */
export const STREAM_GATHER_LISTENERS = 5;
export const STREAM_GATHER_MS_MAX = 250;
/** What is read of a log at a time, and at how many places at once: by the feeds of live streams, and by those that catch up, whose pages are looked through by as many. */
export const STREAM_PAGE_EVENTS_MAX = 1_000;
export const STREAM_PAGE_BYTES = 1024 * 1024;
export const STREAM_FEED_READS_MAX = 2;
export const STREAM_CATCH_UP_READS_MAX = 2;
/** Pages of those that catch up which wait in memory for their clients. */
export const STREAM_CATCH_UP_PAGES_MAX = 64;
/** What may wait for a live client; with more, the rest is read from the log again when that is taken. */
export const STREAM_BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** A client for which something has waited so long without a break is dropped, and has the time of grace to take the message that says so. */
export const STREAM_SLOW_MS = 10_000;
export const STREAM_GRACE_MS = 2_000;
export const STREAM_HEARTBEAT_MS = 15_000;
/** How often the keys of streams are looked at again; a revoked one ends its streams. */
export const STREAM_KEY_CHECK_MS = 2_000;
/** How long one step of handing events out may keep the server from everything else. */
export const STREAM_STEP_MS = 20;
export const STREAM_STEP_BYTES = 256 * 1024;

/** State of a resource: how far back an answer looks, in events and in bytes of them; beyond that it is partial. */
export const STATE_EVENTS_MAX = 5_000;
export const STATE_BYTES_MAX = 32 * 1024 * 1024;
/** Truncations of one type that an answer takes into account, newest first. */
export const STATE_TRUNCATIONS_MAX = 100;
/** Types of all tenants whose truncations are remembered: their places in the log. */
export const TRUNCATION_TYPES_MAX = 10_000;
/** Events before a page that are counted to number its versions; beyond them versions have no number. */
export const VERSIONS_COUNTED_MAX = 10_000;
/** Events about holes of the capture that one look reads, newest first, and how long readers share a look. */
export const GAPS_MAX = 1_000;
export const GAPS_CACHE_MS = 1_000;
/** An actor: events that an answer looks through, events that it counts, and entries of each of its lists. */
export const ACTOR_EVENTS_MAX = 10_000;
export const ACTOR_COUNTED_MAX = 100_000;
export const ACTOR_LISTED_MAX = 100;
export const ACTOR_DAYS_DEFAULT = 90;

/** Capture: how much may wait in memory between the source and the trail before the reader is paused. */
export const CAPTURE_QUEUE_BYTES_MAX = 8 * 1024 * 1024;
export const CAPTURE_COMMIT_BYTES_MAX = 8 * 1024 * 1024;
/** Rows of a transaction that wait for its first attribution message; one with more before it is read twice. */
export const CAPTURE_HELD_ROWS_MAX = 5_000;
export const CAPTURE_HELD_BYTES_MAX = 16 * 1024 * 1024;
/** Transactions to be read twice whose message is remembered, and how much of it. */
export const CAPTURE_FORETOLD_MAX = 1_000;
export const CAPTURE_FORETOLD_CHARS_MAX = 16 * 1024;
export const CAPTURE_POLL_INTERVAL_MS = 10_000;
export const CAPTURE_STATUS_INTERVAL_MS = 1_000;
/** A table that could not be published is tried again after a time that doubles up to this; one look at the source spends so long on them. */
export const CAPTURE_PUBLISH_BACKOFF_MS_MAX = 600_000;
export const CAPTURE_PUBLISH_ROUND_MS_MAX = 3_000;
/** A new slot waits for the transactions that run in the source: after so long they are named. */
export const CAPTURE_SLOT_WAIT_MS = 5_000;
/** A consumer that says nothing to the trail for so long has lost the source to the next one; it speaks three times as often. */
export const CAPTURE_LEASE_MS = 15_000;
export const CAPTURE_SILENCE_MS_MAX = 45_000;
export const CAPTURE_BACKOFF_MS_MIN = 250;
export const CAPTURE_BACKOFF_MS_MAX = 15_000;
/** By the source's clock. More than a message is good for, and the minutes by which clocks may differ. */
export const CAPTURE_NONCE_HOURS = 25;
/** A message about a DDL command; longer ones are nobody's that we know. */
export const CAPTURE_DDL_MESSAGE_BYTES_MAX = 128 * 1024;
/** How long a report waits for a source, for its connection and for each statement; then it answers without. */
export const COVERAGE_LOOK_MS_MAX = 3_000;
/** Reports within this time share one look at the sources. */
export const COVERAGE_CACHE_MS = 1_000;
/** Gaps of one source that a report lists, newest first. */
export const COVERAGE_GAPS_MAX = 100;
/** Tables that are not covered, named in the daily event. */
export const COVERAGE_NAMES_MAX = 100;
export const COVERAGE_DAILY_CHECK_MS = 5_000;
export const CAPTURE_JSON_DEPTH_MAX = 24;
export const TENANT_HOPS_MAX = 3;
/** Tenants that are each told of one TRUNCATE; beyond them, one event in the default tenant stands for the rest. */
export const TRUNCATE_TENANTS_MAX = 1_000;
export const PREVIEW_STATEMENT_MS_MAX = 5_000;
export const PREVIEW_ROWS_MAX = 100;
/** A mapping file: before and after of it fit into one event. */
export const CAPTURE_MAPPING_BYTES_MAX = 64 * 1024;
/** A baseline: rows of one page, which is one transaction of the trail, and their size in the source, roughly. */
export const BASELINE_PAGE_ROWS_MAX = 1_000;
export const BASELINE_PAGE_BYTES = 4 * 1024 * 1024;
/** A table without a key is read at once, held in memory, and written in one transaction. */
export const BASELINE_WHOLE_ROWS_MAX = 50_000;
export const BASELINE_WHOLE_BYTES_MAX = 64 * 1024 * 1024;
/** Snapshots that one run takes, when tables are truncated or rewritten while it reads. */
export const BASELINE_ROUNDS_MAX = 3;
/** How long a baseline waits for a table that a migration has locked. */
export const BASELINE_LOCK_MS_MAX = 60_000;
/** Rows whose tenant is kept in memory, because others lead to them. */
export const BASELINE_TENANTS_KEPT_MAX = 50_000;
export const INGEST_SLICE_EVENTS = 64;
export const TENANT_CACHE_MS = 2_000;
export const TENANT_CACHE_ENTRIES_MAX = 10_000;

/** The signer's journal is compacted beyond this, and at every start. */
export const SIGNER_JOURNAL_BYTES_MAX = 64 * 1024 * 1024;
/** Leaf hashes that the sealer holds in memory at once, over all logs. */
export const SEAL_LEAVES_MAX = 65_536;
/** Logs that one tick takes on; the others come in the next one, which begins at once. */
export const SEAL_LOGS_MAX = 1_000;
/** Right edges of trees that the sealer keeps in memory; the rest are read from the tiles when they are needed. */
export const SEAL_EDGES_MAX = 4_000;
/** How long after its `t` an event may be sealed while the sealer is at work. One that comes later was put there later. */
export const SEAL_LAG_MS_MAX = 60_000;
/** How far back a tick looks for logs that grew; a look at all of them comes every SEAL_SWEEP_INTERVAL_MS. */
export const SEAL_LOOKBACK_MS = 300_000;
export const SEAL_SWEEP_INTERVAL_MS = 60_000;
/** Roots of full tiles that readers keep in memory: 32 bytes each. */
export const TILE_ROOTS_MAX = 100_000;

/** Findings that one run of verify lists; it counts the rest. */
export const VERIFY_FINDINGS_MAX = 200;
/** Events that one worker of verify takes at a time: a whole number of tiles. */
export const VERIFY_RANGE_EVENTS = 16_384;
/** What one worker of verify reads at a time, in memory. */
export const VERIFY_WINDOW_BYTES = 8 * 1024 * 1024;
export const VERIFY_WINDOW_EVENTS_MAX = 2_048;
/** A window lives as long as it is checked: room for it, so that it is not moved about by the garbage collector. */
export const VERIFY_YOUNG_MIB = 64;
/** Events that an outsider's verify proves one by one, unless asked for all. */
export const VERIFY_SAMPLE_EVENTS = 16;
export const STOP_MS_MAX = 5_000;
export const PARTITION_CHECK_MS = 60 * 60 * 1000;
