/** The Gaussian law of a model, from the part `gaussian/` of its folder. */
import type { FieldLaw } from '../../../diffusion/prior/law.ts'
import { TweedieError } from '../../../errors.ts'
import type { Component } from '../../../files/io/component.ts'
import type { ModelFolder } from '../../../files/io/model-folder.ts'
import { lawClass, lawClassOfMemories, lawPart } from './law-component.ts'

/**
 * The law of a folder; undefined where it has none.
 *
 * @throws TweedieError `model` for arrays that do not fit together, and variances that are not positive
 */
function lawIn(components: ReadonlyMap<string, Component>): FieldLaw | undefined {
  const part = components.get(lawPart)
  if (part?.className !== lawClass && part?.className !== lawClassOfMemories) return undefined
  const { states, size, rest, turn } = part.config as Readonly<Record<string, unknown>>
  const fail = (what: string): never => {
    throw new TweedieError('model', `${lawPart}/: ${what}`)
  }
  const whole = (value: unknown, name: string): number =>
    Number.isInteger(value) && Number(value) > 0 ? Number(value) : fail(`${name} is ${String(value)}`)
  const [T, S] = [whole(states, 'states'), whole(size, 'size')]
  const patterns = part.weights.get('variances')?.shape[0] ?? 0
  const array = (name: string, shape: readonly number[]): Float32Array => {
    const found = part.weights.get(name)
    if (found?.shape.join() !== shape.join())
      fail(`${name} is [${found?.shape.join(', ') ?? ''}], not [${shape.join(', ')}]`)
    return found!.data.every(Number.isFinite) ? found!.data : fail(`${name} is not finite`)
  }
  const [variances, weights] = [array('variances', [patterns]), array('weights', [T])]
  const memories =
    part.className === lawClassOfMemories
      ? {
          rhythms: array('memories.rhythms', [patterns, T, T]),
          weights: array('memories.weights', [patterns, T]),
        }
      : undefined
  const isPositive = (value: number): boolean => value > 0
  const all = [variances, weights, ...(memories ? [memories.weights] : [])]
  if (patterns > S || !all.every((each) => each.every(isPositive))) fail('variances must be positive')
  if (typeof rest !== 'number' || !(patterns < S ? rest > 0 : rest >= 0)) fail(`rest is ${String(rest)}`)
  return {
    states: T,
    size: S,
    mean: array('mean', [S]),
    ...(typeof turn === 'number' && { cycle: { coefficients: array('cycle', [4, S]), turn } }),
    patterns: array('patterns', [patterns, S]),
    variances,
    rest: rest as number,
    rhythms: array('rhythms', [T, T]),
    weights,
    ...(memories && { memories }),
  }
}

/**
 * The law of a folder whose network was trained behind one; undefined for others.
 *
 * @throws TweedieError `model` where it is missing, or broken
 */
export function lawOfFolder({
  components,
  meta,
}: Pick<ModelFolder, 'meta'> & Partial<Pick<ModelFolder, 'components'>>): FieldLaw | undefined {
  if (meta.objective['precondition'] === undefined) return undefined
  const law = components && lawIn(components)
  if (law) return law
  throw new TweedieError('model', `the network adds to a Gaussian, and its part ${lawPart}/ is missing`, {
    hint: 'copy the whole folder',
  })
}
