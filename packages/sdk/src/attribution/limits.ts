// Limits of an attribution message. It rides on the application's own writes, so it stays small whatever it is given.

/** The largest message as it goes over the wire; it is ASCII, so bytes and characters are the same. */
export const MESSAGE_BYTES_MAX = 8 * 1024;
export const ID_CHARS_MAX = 256;
export const NAME_CHARS_MAX = 1_024;
export const USER_AGENT_CHARS_MAX = 1_024;
export const REASON_CHARS_MAX = 4_096;
/** What is left of a userAgent, a reason, and any other text when the message is too large. */
export const USER_AGENT_CHARS_TRIMMED = 256;
export const REASON_CHARS_TRIMMED = 512;
export const TEXT_CHARS_TRIMMED = 128;
export const BEHALF_DEPTH_MAX = 4;
export const NONCE_BYTES = 16;
/** NAMEDATALEN - 1 of PostgreSQL, in UTF-8. */
export const DATABASE_BYTES_MAX = 63;
/** Statements longer than this are classified each time instead of being remembered. */
export const REMEMBERED_SQL_CHARS_MAX = 4_096;
export const REMEMBERED_STATEMENTS_MAX = 2_000;
