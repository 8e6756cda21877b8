/** Embeddings of the time and of conditions, which networks add up. */
import { TweedieError } from '../../errors.ts'
import { add, concat, expectShape } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { type ConditionSpecs, conditionShape } from './condition-spec.ts'
import { embedding, linear } from './layers.ts'
import type { Scope } from './parameters.ts'
import { sinusoidal, timeMlp } from './time-embedding.ts'
import type { NetworkInputs } from './network.ts'

/** The usual width of the sinusoidal features behind {@link timeAndConditions}. */
export const usualTimeFeatures = 256

/**
 * The embedding of time and conditions, `[N, width]`, for networks with parameter names of our own; `[1, width]` for one time `[1]`
 * and no conditions. The features tell times apart that differ by about one, so the network's own times are steps like 0 … 999, not
 * fractions of 1.
 */
export function timeAndConditions(
  className: string,
  scope: Scope,
  { x, t, conditions }: NetworkInputs,
  width: number,
  specs: ConditionSpecs,
  timeFeatures = usualTimeFeatures,
): Tensor {
  const batch = x.shape[0]!
  if (t.shape[0] !== 1) expectShape(`${className}: t`, t, [batch])
  const time = timeMlp(scope.child('time_embedding'), sinusoidal(t, timeFeatures, { cosFirst: true }), width)
  return withConditions(className, scope, time, conditions, specs, { batch })
}

/** The embedding of conditions alone, `[N, width]`, for networks without a time input; undefined if there are none. */
export function conditionsOnly(
  className: string,
  scope: Scope,
  { x, conditions }: NetworkInputs,
  width: number,
  specs: ConditionSpecs,
): Tensor | undefined {
  const terms = termsOf(className, scope, conditions, specs, x.shape[0]!, width)
  return terms.length === 0 ? undefined : terms.reduce((sum, term) => add(sum, term))
}

/**
 * Adds embeddings to that of the time: of a class, a row of `class_embedding.weight`; of a vector, a linear layer,
 * `condition_embeddings.<name>`.
 *
 * @param options `batch`: items, where all share a time; `classes.std`: the standard deviation of class embeddings before training, default 1
 * @throws TweedieError `usage` if a condition is missing, or the network does not have it
 */
export function withConditions(
  className: string,
  scope: Scope,
  time: Tensor,
  conditions: NetworkInputs['conditions'],
  specs: ConditionSpecs,
  {
    batch = time.shape[0]!,
    classes = {},
  }: { readonly batch?: number; readonly classes?: { readonly std?: number } } = {},
): Tensor {
  const terms = termsOf(className, scope, conditions, specs, batch, time.shape[1]!, classes)
  return terms.reduce((sum, term) => add(sum, term), time)
}

/** The embedding of each condition that has one, `[N, width]`. */
function termsOf(
  className: string,
  scope: Scope,
  conditions: NetworkInputs['conditions'],
  specs: ConditionSpecs,
  batch: number,
  width: number,
  classes: { readonly std?: number } = {},
): readonly Tensor[] {
  const present = presentConditions(className, conditions, specs, batch)
  return Object.entries(specs).flatMap(([name, spec]) => {
    const value = present[name]!
    if (spec.kind === 'class') return [embedding(scope.child('class_embedding'), value, spec.classes, width, classes)]
    if (spec.kind === 'vector') return [linear(scope.child('condition_embeddings').child(name), value, width)]
    return []
  })
}

/**
 * The first layer of a network of images, which reads the data, with images that are conditions as further channels,
 * `[N, C + C₁ + …, H, W]`. Those apart have a layer of their own without a bias, `image_embeddings.<name>`, whose output is added.
 *
 * @param layer what is made of an image by the parameters of a scope
 */
export function readImages(
  scope: Scope,
  name: string,
  { x, conditions }: Pick<NetworkInputs, 'x' | 'conditions'>,
  specs: ConditionSpecs,
  layer: (own: Scope, image: Tensor, options?: { readonly bias: false }) => Tensor,
): Tensor {
  const images = Object.entries(specs).flatMap(([key, spec]) => {
    if (spec.kind !== 'image') return []
    const image = conditions![key]!
    expectShape('an image as a condition', image, [x.shape[0]!, image.shape[1]!, ...x.shape.slice(2)])
    return [{ key, image, isApart: spec.apart ?? false }]
  })
  const within = images.filter(({ isApart }) => !isApart)
  const seen = within.length === 0 ? x : concat([x, ...within.map(({ image }) => image)], 1)
  const own = scope.child('image_embeddings')
  return images
    .filter(({ isApart }) => isApart)
    .reduce(
      (h, { key, image }) => add(h, layer(own.child(key), image, { bias: false })),
      layer(scope.child(name), seen),
    )
}

/**
 * The conditions of a network, all there and each of its shape.
 *
 * @throws TweedieError `usage` if one is missing, or the network does not have it; `shape`
 */
export function presentConditions(
  className: string,
  conditions: NetworkInputs['conditions'] = {},
  specs: ConditionSpecs,
  batch: number,
): Readonly<Record<string, Tensor>> {
  const stranger = Object.keys(conditions).find((name) => !Object.hasOwn(specs, name))
  if (stranger === 'labels') {
    throw new TweedieError('usage', `labels are given, but this ${className} is unconditional`, { hint })
  }
  if (stranger !== undefined) {
    throw new TweedieError('usage', `the condition ${stranger} is given, but this ${className} does not have it`, {
      hint: `it has ${Object.keys(specs).join(', ') || 'none'}`,
    })
  }
  for (const [name, spec] of Object.entries(specs)) {
    const value = conditions[name]
    if (value === undefined) {
      throw spec.kind === 'class'
        ? new TweedieError('usage', `this ${className} needs ${name}, 0 … ${spec.classes - 1}`, { hint })
        : new TweedieError('usage', `this ${className} needs the condition ${name}`)
    }
    expectShape(`${className}: ${name}`, value, [batch, ...conditionShape(spec)])
  }
  return conditions
}

const hint = 'num_class_embeds in the configuration says how many classes a network knows'
