// The words of the integrity page.

import { formatCount } from './format.ts';

const entries = (count: number): string => (count === 1 ? '1 entry' : `${formatCount(count)} entries`);
const events = (count: number): string => (count === 1 ? '1 event' : `${formatCount(count)} events`);

export const integrityText = {
  title: 'Integrity',
  lead: 'Every event is a leaf of a signed tree. Whoever keeps an earlier checkpoint can tell that nothing before it was changed, removed or put in, without believing this server.',
  verify: {
    title: 'Verify in this browser',
    help: 'Computed here, from what the server shows: that its key is the one this browser knows, that the log continues the one it verified before, and that each event of a sample is in it as it is shown.',
    sample: 'Sample',
    samples: { '50': 'newest 50', '250': 'newest 250', '1000': 'newest 1,000' },
    start: 'Verify now',
    stop: 'Stop',
    stopped: 'Stopped. What was looked at until then is not told, for it is not a verdict.',
    log: 'Verifying checkpoints',
    progress: (done: number, all: number) => `${formatCount(done)} of ${events(all)}`,
    part: 'You see a part of this tenant. The sample is taken from the events that you see.',
  },
  report: {
    held: 'What was checked holds',
    failed: 'What was checked does not hold',
    at: 'Checked',
    keyFirst:
      'This browser met the key of the log for the first time, and remembers it from now on. Compare it once with the key that your operator tells you by another way.',
    keyKnown: 'The newest checkpoint is signed by the key that this browser knows since',
    continues: (size: number) => `The log continues the checkpoint of ${entries(size)} that this browser verified before.`,
    noEarlier: 'There was no earlier checkpoint in this browser to hold the log against. The next time there is one.',
    size: (size: number) => `The checkpoint is of ${entries(size)}.`,
    system: (size: number) => `The log over all logs (${entries(size)}) is signed by the same key.`,
    systemFailed: 'The checkpoint of the log over all logs is not signed by the key that this browser knows.',
    sample: (held: number, first: number, last: number) =>
      `${events(held)} are in the tree as they are shown (from sequence ${formatCount(first)} to ${formatCount(last)}).`,
    sampleNone: 'There was no event to take a sample of.',
    unsealed: (count: number) => `${events(count)} were too new: no published checkpoint covers them yet.`,
    rest: (left: number) =>
      `${entries(left)} were not looked at one by one. Their hashes are what the checkpoint commits to; whether each record still makes its hash, the commands below check.`,
    failedEvent: (seq: number) => `Event ${formatCount(seq)}`,
    show: 'Show it',
    expected: 'Expected',
    found: 'Found',
    doNow: 'What to do',
    altered: (field: string, expected: string, found: string) => `${field}: signed as ${expected}, shown as ${found}`,
    absent: 'nothing',
    /** What the strip on every page says. */
    what: (size: number, count: number) => `The log up to ${entries(size)}, and ${events(count)} of it,`,
    whatLog: 'The log',
  },
  logs: {
    own: 'The log of this tenant',
    system: 'The log over all logs',
    systemHelp: 'It holds every checkpoint of every tenant. Whoever keeps a checkpoint of it keeps all of them.',
    size: 'Entries',
    root: 'Root',
    origin: 'Origin',
    key: 'Key',
    copyKey: 'Copy the key',
    copyRoot: 'Copy the root',
    copyOrigin: 'Copy the origin',
    copyNote: 'Copy the signed checkpoint',
    show: 'Show the signed checkpoint',
    unsealed: 'No checkpoint is published yet',
    unsealedHelp: 'The first one comes within a second of the first event.',
  },
  known: {
    title: 'What this browser remembers',
    none: 'Nothing yet. It remembers the key and the checkpoint of the first verification.',
    key: 'Key, since',
    last: 'Last verified',
    size: 'Entries then',
    root: 'Root then',
    history: 'Checkpoints verified here',
    forget: 'Forget',
    columns: ['When', 'Entries', 'Root'],
    help: 'Kept in this browser alone. Somebody who can change this server cannot change it.',
  },
  outside: {
    title: 'Verify from outside',
    help: 'A browser runs the code that this server gives it. An auditor should not have to: this runs on another computer, with a key of the scope read. It keeps what it saw in a file, and finds the next time whether the log was cut or rewritten.',
    install: 'The key, the growth of the log since the last run, and a sample of events:',
    all: 'Every event, not a sample:',
    public: 'The signed checkpoint alone, to keep or to publish:',
    copy: 'Copy the command',
    keyNote: 'Take the key from somebody you trust, not from this page: a server that was taken over shows its own.',
  },
};
