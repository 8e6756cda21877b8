/** One part of a model folder: its configuration, its weights in one file or several. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import type { UNet2DFields } from '../../engine/nn/unet2d/config.ts'
import { type Component, joinWeights, withoutPrefix } from './component.ts'
import { configFile, indexPath, type PartPlace } from './folder-plan.ts'
import type { ModelFiles } from './folder-types.ts'
import { parsePythonJson } from './json.ts'
import { onnxPart } from './onnx-folder.ts'
import { parseConfig } from './parse-config.ts'
import { isUNetClass } from './unet-classes.ts'
import { completeUNet } from './unet-config.ts'
import { chooseWeightFiles, parseWeightIndex } from './weight-files.ts'

/**
 * One part of a folder.
 *
 * @param place where it lies
 * @param options `variant` of the weights; `size` of images if the configuration has none; `notes`: receives remarks
 * @throws TweedieError `model` if anything is missing, broken or not supported
 */
export function readPart(
  files: ModelFiles,
  place: PartPlace,
  source: string,
  {
    variant,
    size,
    notes,
    root,
  }: {
    readonly root?: string | undefined
    readonly variant?: string | undefined
    readonly size?: UNet2DFields['sample_size'] | undefined
    readonly notes: string[]
  },
): Component {
  const { name, folder, library: listedLibrary, className: listed, onnx } = place
  const path = `${folder}${configFile}`
  if (onnx && !files.has(path)) return onnxPart(files, place, source, undefined, { root, sampleSize: size })
  const file = `${source}/${path}`
  const raw = parseConfig(
    z.looseObject({ _class_name: z.optional(z.string()), architectures: z.nullish(z.array(z.string())) }),
    readFolderJson(files.get(path), path, source),
    file,
  )
  const className = raw._class_name ?? listed ?? raw.architectures?.[0]
  if (className === undefined) throw new TweedieError('model', `${file}: _class_name is missing: of which class is it?`)
  if (listed !== undefined && className !== listed && onnx === undefined) {
    throw new TweedieError('model', `${file}: a ${className}, but ${indexPath} says ${listed}`)
  }
  const config = isUNetClass(className) ? { ...completeUNet(className, raw, file, size) } : withoutNotes(raw)
  if (onnx) return onnxPart(files, place, source, { className, config }, { root })
  const library = listedLibrary ?? 'diffusers'
  const own = namesIn(files, folder)
  const chosen = chooseWeightFiles(own, `${source}/${folder}`, { library, variant })
  if (chosen.variant !== '' && chosen.variant !== variant) notes.push(`${name}: the variant ${chosen.variant} is read`)
  const index = chosen.index && `${folder}${chosen.index}`
  const owners = index && parseWeightIndex(readFolderJson(files.get(index), index, source), own, `${source}/${index}`)
  const joined = joinWeights(
    chosen.names.map((each) => [`${source}/${folder}${each}`, files.get(folder + each)!]),
    owners || undefined,
  )
  const { weights, prefix } = withoutPrefix(joined, isUNetClass(className))
  if (prefix !== '') notes.push(`${name}: all names of weights begin with ${prefix}, which is left out`)
  return {
    library,
    className,
    config,
    weights,
  }
}

/** The JSON in a file of a folder. */
export function readFolderJson(bytes: Uint8Array | undefined, path: string, source: string): unknown {
  if (bytes === undefined) {
    throw new TweedieError('model', `${source}/${path}: no such file`, { hint: 'is this the folder of a model?' })
  }
  try {
    return parsePythonJson(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new TweedieError('model', `${source}/${path}: not JSON: ${(cause as Error).message}`, { cause })
  }
}

/** The names of the files in a folder of the model, without those in folders below. */
export function namesIn(files: ReadonlyMap<string, unknown> | ReadonlySet<string>, folder: string): string[] {
  return [...files.keys()]
    .filter((path) => path.startsWith(folder) && !path.slice(folder.length).includes('/'))
    .map((path) => path.slice(folder.length))
}

/** A configuration without the notes that diffusers puts into it. */
function withoutNotes(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith('_')))
}
