// Limits of an event and of a request. Every limit is named with its unit; the documentation shows this list.

export const EVENT_BYTES_MAX = 256 * 1024;
export const EVENT_DEPTH_MAX = 32;
export const REQUEST_EVENTS_MAX = 1_000;
export const REQUEST_BYTES_MAX = 5 * 1024 * 1024;
export const RELATED_MAX = 50;
export const TAGS_MAX = 64;
export const UNAVAILABLE_MAX = 1_000;
export const BEHALF_DEPTH_MAX = 4;
export const ID_CHARS_MAX = 256;
export const NAME_CHARS_MAX = 1_024;
export const TEXT_CHARS_MAX = 4_096;
export const ACTION_CHARS_MAX = 256;
export const TYPE_CHARS_MAX = 64;
export const TAG_CHARS_MAX = 256;
export const TIMESTAMP_CHARS_MAX = 64;
export const CLOCK_SKEW_MS_MAX = 5 * 60 * 1000;
export const ENTRY_BYTES_MAX = 65_535;
export const QUERY_CHARS_MAX = 16_384;
export const QUERY_TERMS_MAX = 256;
/** Words of free text in one query, over all its terms. */
export const QUERY_WORDS_MAX = 64;
export const QUERY_DEPTH_MAX = 32;
/** Faults that one answer lists. */
export const FAULTS_MAX = 20;
/** Characters of a refused value that an error repeats. */
export const ECHO_CHARS_MAX = 60;
/** Characters of one value in a sentence about an event. */
export const SENTENCE_VALUE_CHARS_MAX = 60;
/** Keys whose redaction decision is remembered. */
export const REDACTION_KEYS_MAX = 10_000;
