/** The Gaussian law of a preconditioned model as a part of its folder, `gaussian/`. */
import type { FieldLaw } from '../../../diffusion/prior/law.ts'
import type { Component } from '../../../files/io/component.ts'

/** The name of the part. */
export const lawPart = 'gaussian'
/** Its class. */
export const lawClass = 'FieldLaw'

/** The part of a law. */
export function lawComponent(law: FieldLaw): Component {
  const { states, size, mean, cycle, patterns, variances, rest, rhythms, weights } = law
  const array = (data: Float32Array, shape: readonly number[]) => ({ shape, data })
  return {
    library: 'tweedie',
    className: lawClass,
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
