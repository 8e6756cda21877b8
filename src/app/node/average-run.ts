/** Another average of a run's weights, made of those that it kept. */
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import { averageWeights } from '../../engine/optim/post-hoc.ts'
import type { NamedArray } from '../../engine/nn/layout.ts'
import { mainName } from '../../files/io/unet-classes.ts'
import type { ModelFolderInput } from '../../files/io/model-folder.ts'
import { writeModelFolder } from '../../files/io/node/model-folder.ts'
import type { Checkpoint } from '../../tools/train/checkpoint.ts'
import type { PartTensor } from '../../tools/train/parts.ts'
import { keptMoments } from '../../tools/train/node/kept-averages.ts'
import { secondSlot } from '../../tools/train/second-average.ts'
import { readRun } from '../../tools/train/node/run-folder.ts'
import { openFolder } from './open-folder.ts'
import { requireNewFolder } from './require-new.ts'

/** Which average, and where its model goes. */
export interface AverageOptions {
  /** The relative width, in (0, 0.28]. */
  readonly width: number
  readonly out: string
  readonly force?: boolean | undefined
  readonly own?: OwnParts | undefined
}

/** What was made. */
export interface Averaged {
  readonly folder: string
  readonly width: number
  /** Steps of training. */
  readonly steps: number
  /** Moments that it was made of. */
  readonly moments: number
  /** How far it is from the true average, as a share of the profile's length. */
  readonly error: number
}

/**
 * Writes the model of a run with an average of another width.
 *
 * @throws TweedieError `usage` for a run that kept no averages
 * @example
 * await averageRun('runs/photos', { width: 0.15, out: 'runs/photos-0.15' })
 */
export async function averageRun(
  run: string,
  { width, out, force = false, own = {} }: AverageOptions,
): Promise<Averaged> {
  await requireNewFolder(out, force)
  const { checkpoint } = await readRun(run)
  const { ema } = checkpoint?.spec.optimizer ?? {}
  if (checkpoint?.tensors === undefined || ema === undefined || typeof ema === 'number' || ema.kept === undefined) {
    throw new TweedieError('usage', `${run} kept no averages that another could be made of`, {
      hint: 'train with `keepAverages: 16`',
    })
  }
  const { spec, state, tensors } = checkpoint
  if (spec.lora ?? spec.word) {
    throw new TweedieError('usage', `${run} holds what was learned beside a model: only whole models are averaged anew`)
  }
  const profiles: { readonly width: number; readonly steps: number }[] = []
  const moments: number[] = []
  for await (const { step } of keptMoments(run, state.step)) {
    moments.push(step)
    profiles.push({ width: ema.width, steps: step }, { width: ema.kept.width, steps: step })
  }
  const { step: steps } = state
  profiles.push({ width: ema.width, steps }, { width: ema.kept.width, steps })
  const { weights, error } = averageWeights(profiles, { width, steps })

  const sum = new Float64Array(state.average.length)
  const addTimes = (weight: number, array: Float32Array): void => {
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * array[i]!
  }
  let at = 0
  for await (const { average, second } of keptMoments(run, state.step)) {
    addTimes(weights[at++]!, average)
    addTimes(weights[at++]!, second)
  }
  addTimes(weights[at++]!, state.average)
  addTimes(weights[at++]!, state.optimizer.slots[secondSlot]!)
  const { family, model } = await openFolder(run, own, {})
  await writeModelFolder(
    out,
    withWeights(await family.write(model), tensors, averaged(checkpoint, Float32Array.from(sum))),
  )
  return { folder: out, width, steps, moments: moments.length + 1, error }
}

/** The new average; parts whose weights were not averaged keep those. */
function averaged({ state, tensors = [] }: Checkpoint, sum: Float32Array): Float32Array {
  let from = 0
  for (const part of new Set(tensors.map((each) => each.part))) {
    const to = from + tensors.filter((each) => each.part === part).reduce((size, each) => size + sizeOf(each), 0)
    const own = state.params.subarray(from, to)
    if (own.every((each, i) => each === state.average[from + i])) sum.set(own, from)
    from = to
  }
  return sum
}

/** A folder with other weights for these tensors. */
function withWeights(folder: ModelFolderInput, tensors: readonly PartTensor[], flat: Float32Array): ModelFolderInput {
  const main = folder.main?.name ?? mainName(folder.network.className)
  const parts = new Map<string, Map<string, NamedArray>>()
  let from = 0
  for (const { part, name, shape } of tensors) {
    const to = from + shape.reduce((size, each) => size * each, 1)
    const own = parts.get(part) ?? new Map<string, NamedArray>()
    parts.set(part, own.set(name, { shape, data: flat.subarray(from, to) }))
    from = to
  }
  // What a run learns beside its model, such as weights of the loss, is in no folder.
  const known = [main, ...(folder.components?.keys() ?? [])]
  if (!known.some((part) => parts.has(part))) {
    throw new TweedieError(
      'model',
      `the run trained ${[...parts.keys()].join(', ')}, and its folder has ${known.join(', ')}`,
    )
  }
  const components = new Map(
    Array.from(folder.components ?? [], ([name, part]) => [
      name,
      { ...part, weights: parts.get(name) ?? part.weights },
    ]),
  )
  return { ...folder, weights: parts.get(main) ?? folder.weights, ...(components.size > 0 && { components }) }
}

const sizeOf = ({ shape }: PartTensor): number => shape.reduce((size, each) => size * each, 1)
