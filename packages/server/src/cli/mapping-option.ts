// The mapping that a command about one source works by: that of a file it was given, or of the server's setting.

import { type MapOptions, readMapping } from '../capture/index.ts';
import { readConfig } from '../config.ts';

/**
 * @param name of the source
 * @throws Failure `config_invalid` with every fault of the file as file:line:column
 */
export async function mappingOption(name: string, file = readConfig().captureMapping): Promise<Pick<MapOptions, 'mapping'>> {
  if (file === undefined) return {};
  const mapping = (await readMapping(file)).of(name);
  return { mapping: () => mapping };
}
