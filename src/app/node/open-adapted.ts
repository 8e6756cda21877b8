/** Opens a folder with adapters: those that lie in it, on the model that they belong to, and others that are added. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { type AdapterFolder, adapterFiles, decodeAdapterFolder, loraFile } from '../../files/io/lora/adapter-folder.ts'
import type { WeightedLora } from '../../files/io/lora/apply-lora.ts'
import { decodeLora } from '../../files/io/lora/read-lora.ts'
import { readBytes } from '../../files/io/node/files.ts'
import { readFolder } from '../../files/io/node/model-folder.ts'
import { baseOf } from '../adapters/adapted.ts'
import { withLoras } from '../adapters/with-loras.ts'

/** What is added, and where the base is. */
interface AdaptedOptions {
  readonly lora?: readonly string[] | string | undefined
  readonly base?: string | undefined
}

type OpenPlain = (path: string) => Promise<Opened>

/**
 * The model in a folder, with adapters.
 *
 * @param openFolder opens a folder, as it is
 * @throws TweedieError `model` where the base is gone or another one by now, or adapters do not fit; `usage` for `base` without adapters
 */
export async function openAdapted(
  path: string,
  own: OwnParts,
  { lora = [], base }: AdaptedOptions,
  openFolder: OpenPlain,
): Promise<Opened> {
  const held = decodeAdapterFolder(await readFolder(path, adapterFiles), path)
  if (held === undefined && base !== undefined) {
    throw new TweedieError('usage', `\`base\` is for a folder of adapters, and ${path} holds a whole model`)
  }
  const opened = await (held ? openBase(path, held.facts.base, base, openFolder) : openFolder(path))
  const asked = typeof lora === 'string' ? [lora] : lora
  const added = await Promise.all(asked.map((each) => readLora(each)))
  if (held === undefined) return withLoras(opened, added, own)
  const { file, facts, scheduler, meta } = held
  const { base: on, sum: _, text, ...how } = facts
  const training = {
    ...meta.training,
    lora: { ...how, targets: [...how.targets], ...(text === true && { text }), base: on.path },
  }
  return withLoras(opened, [{ file, weight: 1, source: path }, ...added], own, {
    scheduler,
    meta: { ...meta, training },
  })
}

/** A model that is open, with adapters of files. @throws TweedieError `model` where they do not fit */
export async function withLorasOf(opened: Opened, asked: readonly string[], own: OwnParts): Promise<Opened> {
  return withLoras(opened, await Promise.all(asked.map((each) => readLora(each))), own)
}

/**
 * Reads adapters by what was asked for: the path of a file, or of a folder with {@link loraFile}, and perhaps `:0.8`.
 *
 * @throws TweedieError `model` where there are none
 */
export async function readLora(asked: string): Promise<WeightedLora> {
  const { path = asked, weight } = weighted.exec(asked)?.groups ?? {}
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, loraFile) : path
  const bytes = await readBytes(file, 'model')
  if (bytes === undefined) {
    throw new TweedieError('model', `${file}: no such file`, {
      hint: 'adapters are a .safetensors file, or a folder that has one',
    })
  }
  return { file: decodeLora(bytes, file), weight: weight === undefined ? 1 : Number(weight), source: file }
}

const weighted = /^(?<path>.+?)(?::(?<weight>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))?$/i

/** The model that the things in a folder belong to. @throws TweedieError `model` where it is gone, or another one by now */
export async function openBase(
  path: string,
  known: AdapterFolder['facts']['base'],
  base: string | undefined,
  openFolder: OpenPlain,
  what = 'adapters',
): Promise<Opened> {
  const near = known.relative === undefined ? [] : [resolve(path, known.relative)]
  const place = base ?? [known.path, ...near].find((each) => existsSync(each))
  if (place === undefined) {
    throw new TweedieError('model', `${path}: ${what} of ${known.path}, which is gone`, {
      hint: 'say where it is now: `base: MODEL`',
    })
  }
  const opened = await openFolder(place)
  const { sum } = await baseOf(opened.family, opened.model, place)
  if (sum === known.sum) return opened
  throw new TweedieError('model', `${path}: ${what} of another model than ${place} is`, {
    hint: 'it was trained further, or replaced: bring it back, or say where it is now: `base: MODEL`',
  })
}
