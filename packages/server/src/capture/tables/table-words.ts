// From the names of tables and columns to the words of an event: snake_case, singular, within the event's limits.

const TYPE_CHARS_MAX = 64;
/** The word for a name that has none of a-z and 0-9 in it. */
export const UNNAMED = 'unnamed';
const UNCOUNTABLE = new Set(['data', 'news', 'metadata', 'series', 'species', 'sms', 'status', 'media', 'dns', 'canvas']);
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['people', 'person'],
  ['children', 'child'],
  ['men', 'man'],
  ['women', 'woman'],
  ['indices', 'index'],
  ['vertices', 'vertex'],
  ['matrices', 'matrix'],
  ['analyses', 'analysis'],
  ['movies', 'movie'],
  ['cookies', 'cookie'],
  ['caches', 'cache'],
  ['aliases', 'alias'],
  ['statuses', 'status'],
  ['canvases', 'canvas'],
]);

/** @example snakeCase('BotDataset') // "bot_dataset" */
export function snakeCase(name: string): string {
  const parted = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2');
  const plain = parted
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return plain === '' ? UNNAMED : plain;
}

/** @example singular('api_tokens') // "api_token" */
export function singular(name: string): string {
  const at = name.lastIndexOf('_') + 1;
  return name.slice(0, at) + singularWord(name.slice(at));
}

function singularWord(word: string): string {
  if (UNCOUNTABLE.has(word) || word.length < 3) return word;
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  if (/(ss|us|is)$/.test(word)) return word;
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** The resource type of a table: what an action begins with. */
export function resourceType(table: string): string {
  return singular(snakeCase(table)).slice(0, TYPE_CHARS_MAX);
}

/** What a column refers to: its name without `_id`. @example relationOf('dataset_id') // "dataset" */
export function relationOf(column: string): string {
  const snake = snakeCase(column);
  const stem = snake.replace(/_(id|uuid|key|ref)$/, '');
  return (stem === '' ? snake : stem).slice(0, TYPE_CHARS_MAX);
}
