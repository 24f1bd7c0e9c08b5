// The datasets that the two organisations begin with, and their records, made from lists: the same ones every time.

const acme = { organization_id: 'org_acme' };

export const DATASETS = [
  { ...acme, id: 'ds_handbook', name: 'Handbook', description: 'How we work', visibility: 'organization', daysAgo: 288 },
  {
    ...acme,
    id: 'ds_products',
    name: 'Product questions',
    description: 'What people ask, and what we say',
    visibility: 'public',
    daysAgo: 210,
  },
  { ...acme, id: 'ds_returns', name: 'Returns', description: 'What may come back, and when', visibility: 'organization', daysAgo: 188 },
  { ...acme, id: 'ds_customers', name: 'Customers', description: 'Names and wishes of those who buy', visibility: 'private', daysAgo: 150 },
  {
    organization_id: 'org_globex',
    id: 'ds_reactor',
    name: 'Reactor manual',
    description: 'Do not lose',
    visibility: 'private',
    daysAgo: 192,
  },
] as const;

const FILES_AT = 'text/markdown';

export const FILES = [
  {
    ...acme,
    id: 'fil_handbook',
    dataset_id: 'ds_handbook',
    uploaded_by: 'usr_aiko',
    name: 'handbook.md',
    mime_type: FILES_AT,
    daysAgo: 287,
  },
  {
    ...acme,
    id: 'fil_prices',
    dataset_id: 'ds_products',
    uploaded_by: 'usr_grace',
    name: 'price-list.csv',
    mime_type: 'text/csv',
    daysAgo: 100,
  },
  { ...acme, id: 'fil_returns', dataset_id: 'ds_returns', uploaded_by: 'usr_tom', name: 'returns.md', mime_type: FILES_AT, daysAgo: 187 },
  { ...acme, id: 'fil_brand', dataset_id: null, uploaded_by: 'usr_sofia', name: 'tone-of-voice.md', mime_type: FILES_AT, daysAgo: 90 },
] as const;

export interface RecordSeed {
  readonly id: string;
  readonly dataset_id: string;
  readonly title: string;
  readonly body: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly daysAgo: number;
}

const CHAPTERS = ['Holidays', 'Expenses', 'Travel', 'Safety', 'Equipment', 'Meetings', 'Onboarding', 'Support hours'] as const;
const PRODUCTS = ['Anvil', 'Rocket skates', 'Portable hole', 'Jet glider', 'Magnet', 'Tunnel paint'] as const;
const QUESTIONS = [
  'How heavy is it?',
  'How long is the warranty?',
  'Can it be repaired?',
  'Which sizes are there?',
  'Is it safe?',
] as const;
const FIRST = ['Ada', 'Ben', 'Cora', 'Dov', 'Elif', 'Finn', 'Gia', 'Hugo', 'Ines', 'Jun'] as const;
const LAST = ['Abel', 'Brandt', 'Costa', 'Duarte', 'Eriksen', 'Fontaine'] as const;

type Draft = Pick<RecordSeed, 'title' | 'body' | 'metadata'>;

const handbook: Draft[] = CHAPTERS.flatMap((chapter, n) =>
  [1, 2, 3].map((part) => ({
    title: `${chapter}, part ${part}`,
    body: `${chapter}: ask your lead; an answer comes within ${n + part} days.`,
    metadata: { source: 'fil_handbook', page: n * 3 + part },
  })),
);

const products: Draft[] = PRODUCTS.flatMap((product, p) =>
  QUESTIONS.map((question, q) => ({
    title: `${product}: ${question}`,
    body: `${product}, answer ${q + 1}: see sheet ${p + 1}.${q + 1}.`,
    metadata: { source: 'manual', product },
  })),
);

const returns: Draft[] = PRODUCTS.map((product, p) => ({
  title: `Return of: ${product}`,
  body: `Within ${14 + 7 * p} days, unopened.`,
  metadata: { source: 'fil_returns' },
}));

const customers: Draft[] = FIRST.flatMap((first, f) =>
  LAST.map((last, l) => ({
    title: `${first} ${last}`,
    body: `Bought ${PRODUCTS[(f + l) % PRODUCTS.length]}; prefers ${(f + l) % 2 === 0 ? 'e-mail' : 'the phone'}.`,
    metadata: { email: `${first}.${last}@customers.test`.toLowerCase(), since: 2019 + ((f * 7 + l) % 7) },
  })),
);

const reactor: Draft[] = ['Start', 'Stop', 'Emergency stop', 'Visitors'].map((title) => ({
  title,
  body: `${title}: two people, one key each.`,
  metadata: { source: 'manual' },
}));

function numbered(dataset: string, drafts: readonly Draft[], daysAgo: number): RecordSeed[] {
  return drafts.map((draft, n) => ({
    id: `rec_${dataset}_${String(n + 1).padStart(3, '0')}`,
    dataset_id: `ds_${dataset}`,
    ...draft,
    // A few a day, from the day on which the dataset was made.
    daysAgo: Math.max(31, daysAgo - Math.floor(n / 3)),
  }));
}

/** 24 + 30 + 6 + 60 at Acme, 4 at Globex. */
export const RECORDS: readonly RecordSeed[] = [
  ...numbered('handbook', handbook, 287),
  ...numbered('products', products, 209),
  ...numbered('returns', returns, 187),
  ...numbered('customers', customers, 149),
  ...numbered('reactor', reactor, 191),
];
