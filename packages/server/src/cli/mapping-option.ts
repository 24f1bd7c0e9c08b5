// The mapping that a command about one source works by: that of a file it was given, or of the server's setting.

import { type MappingChoice, readMapping } from '../capture/index.ts';
import { readConfig } from '../config.ts';

/** What commands that take one say of it. */
export const MAPPING_OPTION = ['--mapping <file>', 'a mapping file; INDELIBLE_CAPTURE_MAPPING by default'] as const;

/**
 * @param name of the source
 * @param given the file that the command was given; undefined: that of the server's setting
 * @throws Failure `config_invalid` with every fault of the file as file:line:column
 */
export async function mappingOption(name: string, given?: string): Promise<MappingChoice> {
  const file = given ?? readConfig().captureMapping;
  if (file === undefined) return {};
  const mapping = (await readMapping(file)).of(name);
  return { mapping: () => mapping, mappingChosen: given !== undefined };
}
