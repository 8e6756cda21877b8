/** Random draws that the batches of all problems share: times, their levels, and conditions that are left out. */
import { sizeOf } from '../../engine/graph/index.ts'
import {
  type ConditionArrays,
  conditionArrays,
  type ConditionSpec,
  type ConditionSpecs,
  conditionShape,
  conditionValues,
  writeCondition,
} from '../../engine/nn/condition-spec.ts'
import { fold, key, type Key, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'

/** The streams of numbers that batches are made of. */
export function streamsOf({ seed }: { readonly seed: number }) {
  const run = key(seed)
  return {
    order: fold(run, 'order'),
    times: fold(run, 'times'),
    noise: fold(run, 'noise'),
    labels: fold(run, 'labels'),
    captions: fold(run, 'captions'),
  }
}

/**
 * Stratified numbers in [0, 1): item j of N draws its own from the j-th of N equal parts, which makes the loss less noisy than
 * independent draws (Kingma et al., Variational Diffusion Models, 2021, appendix I.1).
 */
export function stratified(key: Key, out: Float64Array): Float64Array {
  uniform(key, out)
  for (let j = 0; j < out.length; j++) out[j] = (j + out[j]!) / out.length
  return out
}

/** Which of so many levels of noise a share of them lies in. */
export function levelOf(share: number, levels: number): number {
  return Math.min(levels - 1, Math.floor(share * levels))
}

/** The conditions of the whole data set, by name, items first. The class is `labels`. */
export type ConditionSource = Readonly<Record<string, ArrayLike<number>>>

/** The conditions that a data set has. */
export function conditionSource(dataset: {
  readonly labels?: ArrayLike<number> | undefined
  readonly conditions?: ConditionSource | undefined
}): ConditionSource {
  return { ...dataset.conditions, ...(dataset.labels && { labels: dataset.labels }) }
}

/** Which items, and how often a condition is left out. */
export interface ConditionDraw {
  readonly streams: { readonly labels: Key }
  readonly step: number
  readonly indices: ArrayLike<number>
  /** The probability with which each condition of an item is replaced by "nothing", where it can be. */
  readonly dropout: number
  /** The class that means "no class". */
  readonly noClass: number
  /** Whether nothing at all is said of item j: all of its conditions are left out, whatever is drawn. */
  readonly left?: ((j: number) => boolean) | undefined
}

/**
 * Fills the conditions of a batch, each left out at random, by a stream of its own.
 *
 * @throws TweedieError `usage` where the data do not have a condition that the network needs
 */
export function drawConditions(
  conditions: ConditionSpecs,
  source: ConditionSource,
  { streams, step, indices, dropout, noClass, left = () => false }: ConditionDraw,
  feeds: Readonly<Record<string, Float32Array | Int32Array>>,
): void {
  const draws = new Float64Array(indices.length)
  for (const [name, spec] of Object.entries(conditions)) {
    uniform(fold(name === 'labels' ? streams.labels : fold(streams.labels, name), step), draws)
    fillCondition(name, spec, source, indices, feeds[name]!, (j) => draws[j]! < dropout || left(j), noClass)
  }
}

/**
 * The conditions of some items as the data have them, nothing left out, `[items, ...]` by name.
 *
 * @throws TweedieError `usage` where the data do not have a condition that the network needs
 */
export function conditionsFrom(
  conditions: ConditionSpecs,
  source: ConditionSource,
  indices: ArrayLike<number>,
): ConditionArrays {
  const arrays = conditionArrays(conditions, indices.length)
  for (const [name, spec] of Object.entries(conditions)) {
    fillCondition(name, spec, source, indices, arrays[name]!, () => false, 0)
  }
  return arrays
}

/**
 * Writes "nothing": for a class `noClass`; for a vector, an image or a sequence zeros, flags too; for tokens the state above all
 * tokens.
 */
function fillCondition(
  name: string,
  spec: ConditionSpec,
  source: ConditionSource,
  indices: ArrayLike<number>,
  out: Float32Array | Int32Array,
  left: (j: number) => boolean,
  noClass: number,
): void {
  const values = source[name]
  if (values === undefined) throw new TweedieError('usage', `the data do not have the network's condition ${name}`)
  const [size, own] = [sizeOf(conditionShape(spec)), conditionValues(spec)]
  const droppable = spec.kind === 'class' || spec.nothing
  const none = spec.kind === 'class' ? noClass : spec.kind === 'tokens' ? spec.vocabulary : 0
  for (let j = 0; j < indices.length; j++) {
    const item = out.subarray(j * size, (j + 1) * size)
    if (droppable && left(j)) {
      item.fill(none)
      continue
    }
    writeCondition(spec, values, indices[j]! * own, item)
  }
}
