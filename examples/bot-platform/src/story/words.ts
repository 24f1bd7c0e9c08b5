// What people write: titles, bodies, reasons. Lists to choose from, and what fits to what.

import type { Random } from './random.ts';

const PRODUCTS = ['anvil', 'rocket skates', 'portable hole', 'jet glider', 'magnet', 'tunnel paint'] as const;
const WISHES = [
  'arrived twice',
  'has not arrived',
  'to another address',
  'without an invoice',
  'as a present, please',
  'may I pick it up?',
  'paid, and still open',
] as const;
const TROUBLES = [
  'The anvil came without its handle',
  'The portable hole does not close',
  'A magnet that attracts the neighbours',
  'Is tunnel paint safe for trains?',
  'Rocket skates for a child of nine?',
  'Jet glider: which size for a tall person?',
  'The warranty card is missing',
  'How do I change my address?',
  'May I bring back a hole that was used?',
  'The skates are louder than they were',
  'Can an anvil be repaired?',
] as const;

/** What a customer comes with. */
export function question(random: Random): string {
  return random.chance(0.6) ? `Order ${4000 + random.below(6000)}: ${random.pick<string>(WISHES)}` : random.pick<string>(TROUBLES);
}

const CHAPTERS = ['Holidays', 'Expenses', 'Travel', 'Safety', 'Equipment', 'Meetings', 'Onboarding', 'Support hours'] as const;
const RULES = [
  'ask your lead first; an answer comes within two days.',
  'the table hangs on the wall of the kitchen.',
  'write to the office, and name your cost centre.',
  'nobody has to; whoever wants to may.',
  'the rule of last year holds until March.',
  'book early, and keep the receipts.',
  'two people sign, and one of them is not you.',
] as const;

/** What a record comes to say: something that fits its title. */
export function bodyFor(title: string, random: Random): string {
  if (title.includes('How heavy')) return `${2 + random.below(38)} kg with its packaging.`;
  if (title.includes('warranty')) return `${12 * (1 + random.below(3))} months, and ten years for the frame.`;
  if (title.includes('repaired')) return random.pick(['Yes, at our workshop.', 'Twice, then it is replaced.', 'Only by the maker.']);
  if (title.includes('sizes')) return random.pick(['Small, medium and large.', 'One size, adjustable.', 'Four, see the table of sizes.']);
  if (title.includes('safe')) return random.pick(['Yes, with a helmet.', 'Yes, but not near a railway.', 'Above water only.']);
  if (title.startsWith('Return')) return `Within ${14 + 7 * random.below(5)} days, unopened, with the receipt.`;
  const chapter = CHAPTERS.find((each) => title.startsWith(each));
  return chapter === undefined ? 'Noted from a conversation; to be checked.' : `${chapter}: ${random.pick<string>(RULES)}`;
}

export function newTitle(dataset: string, random: Random): string {
  if (dataset === 'ds_handbook') return `${random.pick<string>(CHAPTERS)}, note ${10 + random.below(90)}`;
  if (dataset === 'ds_returns') return `Return of: ${random.pick<string>(PRODUCTS)}, opened`;
  if (dataset === 'ds_reactor') return `Visitors, group ${10 + random.below(90)}`;
  const [product, kind] = [
    random.pick<string>(PRODUCTS),
    random.pick(['How heavy is it now?', 'Is it safe for pets?', 'Which sizes come next?']),
  ];
  return `${product.charAt(0).toUpperCase()}${product.slice(1)}: ${kind}`;
}

export const MODELS = ['small-1', 'medium-2', 'large-2', 'large-3'] as const;

export const INSTRUCTIONS = [
  'Be brief and kind.',
  'Answer in the language of the question.',
  'Name the page you have it from.',
  'Ask for the order number first.',
  'Say so when you do not know.',
  'Offer a person after the second question.',
] as const;

export const TONES = [
  'You keep to two sentences.',
  'You never promise a date.',
  'You offer a colleague when somebody is upset.',
  'You use the words of the handbook.',
] as const;

export const CHANNELS = ['#support', '#sales', '#night', '#returns', '#launch', '#press'] as const;

/** They fit whatever was done. */
export const REASONS = [
  'customer asked for it',
  'quarterly review',
  'agreed in the stand-up',
  'requested by legal',
  'as planned',
  'follow-up of last week',
] as const;

export const TRIALS = ['Gift finder', 'Spare parts', 'Museum guide', 'Voice line', 'Returns in Spanish', 'Newsletter'] as const;

export const UPLOADS = ['spring-catalogue.pdf', 'opening-hours.md', 'sizes.csv', 'safety-sheet.pdf', 'press-kit.zip'] as const;
