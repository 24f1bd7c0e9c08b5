// The words of sentences about events: verbs with their infinitives, prepositions, and actions with a phrase of
// their own. Data only; describe.ts makes the sentences.

/** Infinitives whose past tense follows the rules: -e takes -d, a consonant and -y become -ied, else -ed. */
const REGULAR =
  'accept access activate add alter apply approve archive assign authorize block cancel change clear clone close comment configure ' +
  'connect copy create deactivate delete deliver deploy destroy detach disable disconnect download downgrade duplicate edit ' +
  'enable erase execute expire export import install invite issue launch link list lock merge modify move observe open ' +
  'pause preview print promote prune publish purge query reactivate register reject release remove rename reorder replace ' +
  'request resolve restart restore resume retry revoke rotate save schedule search send set share start stop submit suspend ' +
  'sync tag terminate train transfer trigger truncate unarchive unassign uninstall unlink unlock unpublish unshare update ' +
  'upgrade upload validate verify view';
const IRREGULAR: Readonly<Record<string, string>> = {
  read: 'read',
  reset: 'reset',
  set: 'set',
  sent: 'send',
  paid: 'pay',
  ran: 'run',
  run: 'run',
  made: 'make',
  left: 'leave',
  cancelled: 'cancel',
  planned: 'plan',
  dropped: 'drop',
  rebuilt: 'rebuild',
  labelled: 'label',
  stopped: 'stop',
  submitted: 'submit',
  transferred: 'transfer',
  granted: 'grant',
};

function pastOf(infinitive: string): string {
  if (infinitive.endsWith('e')) return `${infinitive}d`;
  return /[^aeiou]y$/.test(infinitive) ? `${infinitive.slice(0, -1)}ied` : `${infinitive}ed`;
}

/** Past tense -> infinitive, for "failed to ..." and "was not allowed to ...". */
export const INFINITIVES: ReadonlyMap<string, string> = new Map([
  ...REGULAR.split(' ').map((verb) => [pastOf(verb), verb] as const),
  ...Object.entries(IRREGULAR),
]);

/** The word between what was done and where: "added member to team Blue". */
export const PREPOSITIONS: Readonly<Record<string, string>> = {
  added: 'to',
  assigned: 'to',
  granted: 'to',
  invited: 'to',
  linked: 'to',
  connected: 'to',
  removed: 'from',
  revoked: 'from',
  unassigned: 'from',
  unlinked: 'from',
  disconnected: 'from',
  shared: 'with',
};

/** Last parts of an action that tell how it ended: "failed at payment". */
export const RESULTS: Readonly<Record<string, string>> = {
  succeeded: 'succeeded at',
  failed: 'failed at',
  denied: 'was denied',
};

export interface Phrase {
  readonly past: string;
  readonly infinitive: string;
  /** The word before the resource, when the event has one; without it the resource is not named. */
  readonly before?: string;
}

/** Actions whose name makes no good sentence. The outcome of failed logins is part of the event, not of the phrase. */
export const PHRASES: Readonly<Record<string, Phrase>> = {
  'auth.login.succeeded': { past: 'logged in', infinitive: 'log in' },
  'auth.login.failed': { past: 'logged in', infinitive: 'log in' },
  'auth.login.blocked': { past: 'logged in', infinitive: 'log in' },
  'auth.logout': { past: 'logged out', infinitive: 'log out' },
  'auth.mfa.succeeded': { past: 'confirmed a login by a second factor', infinitive: 'confirm a login by a second factor' },
  'auth.mfa.failed': { past: 'confirmed a login by a second factor', infinitive: 'confirm a login by a second factor' },
  'auth.mfa.enabled': { past: 'turned on multi-factor authentication', infinitive: 'turn on multi-factor authentication', before: 'for' },
  'auth.mfa.disabled': {
    past: 'turned off multi-factor authentication',
    infinitive: 'turn off multi-factor authentication',
    before: 'for',
  },
  'auth.password.changed': { past: 'changed the password', infinitive: 'change the password', before: 'of' },
  'auth.password.reset': { past: 'reset the password', infinitive: 'reset the password', before: 'of' },
  'auth.password.reset_requested': { past: 'asked for a new password', infinitive: 'ask for a new password', before: 'for' },
  'auth.impersonation.started': { past: 'began to impersonate', infinitive: 'begin to impersonate', before: '' },
  'auth.impersonation.ended': { past: 'stopped impersonating', infinitive: 'stop impersonating', before: '' },
  'audit.viewed': { past: 'viewed the audit trail', infinitive: 'view the audit trail' },
  'audit.searched': { past: 'searched the audit trail', infinitive: 'search the audit trail' },
  'audit.exported': { past: 'exported the audit trail', infinitive: 'export the audit trail' },
  'audit.verified': { past: 'verified the audit trail', infinitive: 'verify the audit trail' },
  'log.created': { past: 'opened the log', infinitive: 'open the log' },
  'log.succeeded': { past: 'opened a new log after an older one', infinitive: 'open a new log after an older one' },
  'log.key.rotated': { past: 'changed the key that signs the log', infinitive: 'change the key that signs the log' },
  'capture.gap': { past: 'found a gap in the capture', infinitive: 'close a gap in the capture', before: 'of' },
  'capture.baseline': { past: 'observed the rows of a table', infinitive: 'observe the rows of a table', before: 'in' },
  'capture.coverage': {
    past: 'found changes that the capture does not cover',
    infinitive: 'cover all changes by the capture',
    before: 'in',
  },
  'capture.mapping': { past: 'changed what is captured, and how', infinitive: 'change what is captured', before: 'of' },
  'retention.changed': { past: 'changed the retention period', infinitive: 'change the retention period' },
  'retention.pruned': { past: 'removed the details of old events by the retention policy', infinitive: 'remove the details of old events' },
  'subject.erased': { past: 'erased the data of a person', infinitive: 'erase the data of a person' },
};
