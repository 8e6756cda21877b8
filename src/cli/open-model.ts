/** The model that a command works on: opened by its options, with remarks about choices made. */
import { env } from 'node:process'
import { openFolder } from '../app/node/open-folder.ts'
import { type OpenFolderValues, openOptions } from '../app/open-options.ts'
import { TweedieError } from '../errors.ts'
import type { CommandName, OwnParts } from '../families/family.ts'
import { familiesOf, type Opened } from '../families/registry.ts'
import type { OptionTable, OptionValues } from '../options.ts'
import { note, safe } from './common.ts'
import { refuseForeign } from './derive.ts'

/**
 * @param general the command's own options, beside those of families
 * @throws TweedieError `model` if it does not exist; `usage` for options of other families
 */
export async function openModel(
  name: CommandName,
  place: string,
  values: OptionValues,
  general: readonly OptionTable[],
  own: OwnParts,
): Promise<Opened> {
  const { scheduler, variant, lora, base, embedding, memory, remote: url, remoteModel } = values as OpenFolderValues
  if (remoteModel !== undefined && url === undefined) {
    throw new TweedieError('usage', '`remoteModel` needs the address of a server', { hint: '`remote: http://…`' })
  }
  const token = env['TWEEDIE_REMOTE_TOKEN'] || undefined
  const remote = url === undefined ? undefined : { url, model: remoteModel, token }
  const onRemark = (text: string): void => note(safe(text), values)
  const opened = await openFolder(place, own, { scheduler, variant, lora, base, embedding, memory, remote, onRemark })
  refuseForeign(name, values, [...general, openOptions], opened.entry, familiesOf(own))
  return opened
}
