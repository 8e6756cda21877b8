/** What a network is told besides the data: the time, and perhaps a class. */
import { TweedieError } from '../../errors.ts'
import { add, expectShape, filled } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { embedding } from './layers.ts'
import type { Scope } from './parameters.ts'
import { sinusoidal, timeMlp } from './time-embedding.ts'
import type { NetworkInputs } from './network.ts'

/** Width of the sinusoidal features behind {@link timeAndClass}. */
const timeFeatures = 256

/**
 * The embedding of time and class of networks that follow no one's names: `[N, width]`. The features tell times apart
 * that differ by about one, so the network's own times are steps like 0 … 999, not fractions of 1.
 */
export function timeAndClass(
  className: string,
  scope: Scope,
  { x, t, labels }: NetworkInputs,
  width: number,
  classes: number | null,
): Tensor {
  expectShape(`${className}: t`, t, [x.shape[0]!])
  const time = timeMlp(scope.child('time_embedding'), sinusoidal(t, timeFeatures, { cosFirst: true }), width)
  return withClass(className, scope, time, labels, classes)
}

/** The embedding of the class alone, `[N, width]`, for networks that are told no time; nothing where they know no classes. */
export function classOnly(
  className: string,
  scope: Scope,
  { x, labels }: NetworkInputs,
  width: number,
  classes: number | null,
): Tensor | undefined {
  if (classes === null && labels === undefined) return undefined
  return withClass(className, scope, filled(0, [x.shape[0]!, width]), labels, classes)
}

/** Adds the embedding of the class to that of the time, in a conditional network: the parameter `class_embedding.weight`. */
export function withClass(
  className: string,
  scope: Scope,
  time: Tensor,
  labels: Tensor | undefined,
  classes: number | null,
): Tensor {
  if (classes === null) {
    if (labels === undefined) return time
    throw new TweedieError('usage', `labels are given, but this ${className} is unconditional`, { hint })
  }
  if (labels === undefined)
    throw new TweedieError('usage', `this ${className} needs labels, 0 … ${classes - 1}`, { hint })
  expectShape(`${className}: labels`, labels, [time.shape[0]!])
  return add(time, embedding(scope.child('class_embedding'), labels, classes, time.shape[1]!))
}

const hint = 'num_class_embeds in the configuration says how many classes a network knows'
