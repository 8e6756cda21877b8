/** Single bits of a model's files, turned round: each is found, or changes nothing. */
import { isTweedieError } from '../../src/errors.ts'
import type { Opened } from '../../src/families/registry.ts'
import { filesToSave } from '../../src/files/io/files-to-save.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { openedModel } from './fuzz/model-readers.ts'
import { type ModelName, trainedModels } from './fuzz/models.ts'

/** What was tried on a file, and the flips after which it reads as something else without a word. */
export interface Flipped {
  readonly name: string
  readonly tried: number
  readonly silent: readonly string[]
}

/** Flips bits of weights and checkpoints; every `every`-th byte, and in each another bit. */
export async function flipsOf(
  every: number,
  names: readonly ModelName[] = ['points', 'pictures', 'text'],
): Promise<readonly Flipped[]> {
  const done: Flipped[] = []
  for (const [model, files] of await trainedModels(names)) {
    const right = await textOf((await openedModel(files)) as Opened)
    for (const [name, bytes] of files) {
      if (!name.endsWith('.safetensors')) continue
      const silent: string[] = []
      const step = Math.max(1, Math.floor(bytes.length / 400)) * every
      let tried = 0
      for (let at = 0; at < bytes.length; at += step) {
        const changed = bytes.slice()
        changed[at]! ^= 1 << (at % 8)
        tried++
        const other = await read(name, files, changed)
        if (other !== undefined && other !== right) silent.push(`byte ${at}, bit ${at % 8}`)
      }
      done.push({ name: `${model}/${name}`, tried, silent })
    }
  }
  return done
}

/** What a folder with a changed file reads as; undefined where it is refused. */
async function read(
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
  changed: Uint8Array,
): Promise<string | undefined> {
  try {
    if (name.startsWith('checkpoint')) return decodeCheckpoint(changed) && 'a checkpoint that is damaged'
    return await textOf((await openedModel(new Map([...files, [name, changed]]))) as Opened)
  } catch (error) {
    if (isTweedieError(error)) return undefined
    return `not an error of ours: ${String(error)}`
  }
}

/** A model as the bytes that saving it would write. */
async function textOf({ family, model }: Opened): Promise<string> {
  const files = filesToSave(await family.write(model))
  return [...files].map(([name, bytes]) => `${name} ${Buffer.from(bytes).toString('base64')}`).join('\n')
}
