/** Exports of a model, written to files. */
import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { ExportedSampler, OwnParts } from '../../families/family.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import type { OptionValues } from '../../options.ts'
import { settingFor } from './setting.ts'

/** What was written. */
export interface ExportedFiles {
  /** The sizes of the files, bytes. */
  readonly files: Readonly<Record<string, number>>
  /** The sampler in one file: what goes in and out, and how it did beside ours. */
  readonly sampler?: Omit<ExportedSampler, 'bytes'> | undefined
}

/**
 * Writes the files that are named.
 *
 * @param files `place`: where the model lies; `onnx`, `reference`, `oneFile`: where to write
 * @throws TweedieError `usage` if the family cannot export it
 */
export async function exportFiles(
  opened: Opened,
  options: OptionValues,
  files: {
    readonly place: string
    readonly onnx?: string | undefined
    readonly reference?: string | undefined
    readonly oneFile?: string | undefined
    /** A folder of Triton's model repository, named like the model there. */
    readonly triton?: string | undefined
    readonly own?: OwnParts | undefined
  },
): Promise<ExportedFiles> {
  const setting = await settingFor(files.place, opened, options, files.own)
  const sizes: Record<string, number> = {}
  for (const [name, file] of [['export', files.onnx] as const, ['reference', files.reference] as const]) {
    if (file === undefined) continue
    const ability = await abilityOf(name, opened, setting.own)
    const bytes = await ability(opened.model, options, setting)
    await writeFileAtomic(file, bytes)
    sizes[file] = bytes.length
  }
  if (files.triton !== undefined) {
    const { tritonConfig } = await import('../submit/triton.ts')
    const bytes = await (await abilityOf('export', opened, setting.own))(opened.model, options, setting)
    const config = new TextEncoder().encode(tritonConfig(bytes, { name: basename(resolve(files.triton)) }))
    await mkdir(join(files.triton, '1'), { recursive: true })
    for (const [name, content] of [['1/model.onnx', bytes] as const, ['config.pbtxt', config] as const]) {
      await writeFileAtomic(join(files.triton, name), content)
      sizes[join(files.triton, name)] = content.length
    }
  }
  if (files.oneFile === undefined) return { files: sizes }
  const ability = await abilityOf('exportSampler', opened, setting.own)
  const { bytes, ...sampler } = await ability(opened.model, options, setting)
  await writeFileAtomic(files.oneFile, bytes)
  sizes[files.oneFile] = bytes.length
  return { files: sizes, sampler }
}
