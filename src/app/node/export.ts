/** Exports of a model, written to files. */
import type { OwnParts } from '../../families/family.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import type { OptionValues } from '../../options.ts'
import { settingFor } from './setting.ts'

/**
 * Writes the files that are named.
 *
 * @param files `place`: where the model lies; `onnx`, `reference`: where to write
 * @returns the sizes of the files, bytes
 * @throws TweedieError `usage` if the family cannot export it
 */
export async function exportFiles(
  opened: Opened,
  options: OptionValues,
  files: {
    readonly place: string
    readonly onnx?: string | undefined
    readonly reference?: string | undefined
    readonly own?: OwnParts | undefined
  },
): Promise<Record<string, number>> {
  const setting = await settingFor(files.place, opened, options, files.own)
  const sizes: Record<string, number> = {}
  for (const [name, file] of [['export', files.onnx] as const, ['reference', files.reference] as const]) {
    if (file === undefined) continue
    const ability = await abilityOf(name, opened, setting.own)
    const bytes = await ability(opened.model, options, setting)
    await writeFileAtomic(file, bytes)
    sizes[file] = bytes.length
  }
  return sizes
}
