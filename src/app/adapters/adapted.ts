/** Runs that train adapters of a model: the model comes with the data, and the problem is made of the family's own. */
import type { FolderForm } from './folder-form.ts'
import { weightsFor } from '../../compiled/weights-for.ts'
import { TweedieError } from '../../errors.ts'
import type { Family, FamilyModel, OwnParts, PrepareSetting } from '../../families/family.ts'
import { folderOfInput } from '../../files/io/folder-of-input.ts'
import type { ModelFolderInput } from '../../files/io/model-folder.ts'
import { weightsDigest } from '../../files/io/weights-digest.ts'
import type { Layout, NamedArray } from '../../engine/nn/layout.ts'
import { likeBase } from './like-base.ts'
import { adaptedFolder } from './adapted-folder.ts'
import { adaptedProblem, type BaseWeights } from '../../tools/train/lora.ts'
import { learningParts, type TrainPart } from '../../tools/train/parts.ts'
import type { TrainData, TrainProblem } from '../../tools/train/problem.ts'
import type { BaseSpec, LoraSpec } from '../../tools/train/spec.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/** The model that is adapted. */
export interface Base {
  /** Its weights by part; the main part first. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, NamedArray>>
  /** The absolute path of its folder; none for a model in memory. */
  readonly path: string | undefined
  /** A digest of its weights. */
  readonly sum: string
  /** The whole of it. */
  readonly folder: ModelFolderInput
}

/** Data with the model that is adapted on them. */
export type DataWithBase = TrainData & { readonly base?: Base | undefined }

/** The model as a base. */
export async function baseOf(
  { write }: Pick<Family, 'write'>,
  model: FamilyModel,
  path: string | undefined,
): Promise<Base> {
  const folder = await write(model)
  const { weights, components = new Map() } = folder
  const parts = new Map([
    [mainPart, weights],
    ...Array.from(components, ([name, part]) => [name, part.weights] as const),
  ])
  return { parts, path, sum: weightsDigest(parts), folder }
}

/** Its name among the parts of a {@link Base}. */
const mainPart = ''

/** Refuses data without a base, and a base that is not the one of a specification. @throws TweedieError `usage`, `model` */
export function requireBase({ base: known }: Pick<LoraSpec, 'base'>, base: Base | undefined): asserts base is Base {
  if (base === undefined) {
    throw new TweedieError('usage', 'the data come without the model that is adapted', {
      hint: 'prepareData(spec, data, …) opens it, if it lies in a folder',
    })
  }
  if (known.sum === base.sum) return
  throw new TweedieError('model', `${known.path ?? 'the base'}: not the model that the adapters were trained on`, {
    hint: 'it was trained further, or replaced: bring it back, or train the adapters again',
  })
}

/**
 * The problem of a specification with adapters.
 *
 * @throws TweedieError `usage` where the data come without the model, or nothing can be adapted; `model` where its weights do not fit
 */
export function adaptedFrom<Model>(
  problem: TrainProblem<Model>,
  { lora }: Pick<BaseSpec, 'lora'>,
  data: DataWithBase,
  { write, read }: FolderForm,
  own: OwnParts,
): TrainProblem<Model> {
  const { base } = data
  requireBase(lora!, base)
  const adapted = adaptedProblem(problem, lora!, baseWeights(problem, base))
  return {
    ...adapted,
    async snapshot(state, training) {
      // what was not adapted is the base's own memory: all weights once more would be gigabytes
      const { model, adapters } = await adapted.unmerged(state, training)
      const input = await write(model as FamilyModel)
      const components = new Map([...(base.folder.components ?? []), ...(input.components ?? [])])
      const whole = adaptedFolder({ ...base.folder, weights: input.weights, components }, adapters)
      const folder = folderOfInput({ ...whole, ...likeBase(base.folder, input) })
      return { ...read(folder, own), adapters } as unknown as Model
    },
  }
}

/** Data with the model of a specification. @throws TweedieError `model` where it is gone, or another one by now */
export async function withBaseOf(
  lora: Pick<LoraSpec, 'base'>,
  data: TrainData,
  setting: PrepareSetting,
): Promise<DataWithBase> {
  const { path } = lora.base
  if (path === undefined) {
    throw new TweedieError('usage', 'the model of this run was one in memory, which adapters alone cannot bring back', {
      hint: 'train from a folder: save the model first',
    })
  }
  const { family, model } = await setting.open(path)
  const base = await baseOf(family, model, path)
  requireBase(lora, base)
  return withBase(data, base)
}

export function withBase(data: TrainData, base: Base): DataWithBase {
  return withFacts(data, { base })
}

/**
 * The base's weights of the parts that would learn; parts that bring values of their own stay as they are.
 *
 * @throws TweedieError `usage` for a part that no file of the model holds
 */
export function baseWeights<Model>({ parts }: TrainProblem<Model>, base: Base): BaseWeights {
  const learning = learningParts(parts)
  const [main] = learning[0]!
  return new Map(
    learning.flatMap(([name, part]) => {
      const known = base.parts.get(name) ?? (name === main ? base.parts.get(mainPart)! : undefined)
      return known ? [[name, weightsIn(known, part)] as const] : part.weights ? [] : notThere(name)
    }),
  )
}

function notThere(name: string): never {
  throw new TweedieError(
    'usage',
    `\`lora\`: the part ${name} of the loss is not in the model, so it would have to learn`,
    {
      hint: 'leave out the option that adds it; or train without `lora`',
    },
  )
}

/** The values of a part, of weights by name. */
function weightsIn(source: ReadonlyMap<string, NamedArray>, part: TrainPart): Float32Array {
  const whole = flatOf(source, part.layout.specs) ?? fitted(part.layout, source)
  if (whole) return whole
  const { weights, notes } = weightsFor(part.network ?? {}, part.layout, source, new Float32Array(part.layout.size))
  const [classes] = notes.filter((note) => note.startsWith('class_embedding.'))
  if (classes === undefined) return weights
  throw new TweedieError('usage', `\`lora\`: the classes of the data are not those of the model: ${classes}`, {
    hint: 'adapters change no table of classes: `unconditional` leaves out those of the data; or train without `lora`',
  })
}

/** Weights of just these names and shapes, copied once; undefined for others. */
function fitted({ specs, fromMap }: Layout, arrays: ReadonlyMap<string, NamedArray>): Float32Array | undefined {
  const fits = specs.every(({ name, shape }) => arrays.get(name)?.shape.join() === shape.join())
  return fits && arrays.size === specs.length ? fromMap(arrays) : undefined
}

/** The memory that arrays lie in one after the other, in this order; undefined if they do not. */
function flatOf(
  arrays: ReadonlyMap<string, NamedArray>,
  specs: readonly { readonly name: string; readonly shape: readonly number[] }[],
): Float32Array | undefined {
  const first = arrays.get(specs[0]!.name)?.data
  if (first === undefined || arrays.size !== specs.length) return undefined
  let at = first.byteOffset
  for (const { name, shape } of specs) {
    const found = arrays.get(name)
    if (found?.data.buffer !== first.buffer || found.data.byteOffset !== at || found.shape.join() !== shape.join())
      return undefined
    at += found.data.byteLength
  }
  return new Float32Array(first.buffer, first.byteOffset, (at - first.byteOffset) / 4)
}
