/** The Gaussian law of a preconditioned model as a part of its folder, `gaussian/`, and back. */
import type { FieldLaw } from '../../../diffusion/prior/index.ts'
import { TweedieError } from '../../../errors.ts'
import type { Component } from '../../../files/io/component.ts'

/** The name of the part. */
export const lawPart = 'gaussian'
const className = 'FieldLaw'

/** The part of a law. */
export function lawComponent(law: FieldLaw): Component {
  const { states, size, mean, cycle, patterns, variances, rest, rhythms, weights } = law
  const array = (data: Float32Array, shape: readonly number[]) => ({ shape, data })
  return {
    library: 'tweedie',
    className,
    config: { states, size, rest, ...(cycle && { turn: cycle.turn }) },
    weights: new Map([
      ['mean', array(mean, [size])],
      ['patterns', array(patterns, [variances.length, size])],
      ['variances', array(variances, [variances.length])],
      ['rhythms', array(rhythms, [states, states])],
      ['weights', array(weights, [states])],
      ...(cycle ? [['cycle', array(cycle.coefficients, [4, size])] as const] : []),
    ]),
  }
}

/**
 * The law of a folder; undefined where it has none.
 *
 * @throws TweedieError `model` for arrays that do not fit together, and variances that are not positive
 */
export function lawIn(components: ReadonlyMap<string, Component>): FieldLaw | undefined {
  const part = components.get(lawPart)
  if (part?.className !== className) return undefined
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
  const isPositive = (value: number): boolean => value > 0
  if (patterns > S || !variances.every(isPositive) || !weights.every(isPositive)) fail('variances must be positive')
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
  }
}
