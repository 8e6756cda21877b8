/** The Gaussian law of a preconditioned model as a part of its folder, `gaussian/`. */
import type { FieldLaw } from '../../../diffusion/prior/law.ts'
import type { Component } from '../../../files/io/component.ts'

/** The name of the part. */
export const lawPart = 'gaussian'
/** Its class: with the same memory for all patterns, or one for each. Versions that do not know the second must not take it for the first. */
export const lawClass = 'FieldLaw'
export const lawClassOfMemories = 'PatternFieldLaw'

/** The part of a law. */
export function lawComponent(law: FieldLaw): Component {
  const { states, size, mean, cycle, patterns, variances, rest, rhythms, weights, memories } = law
  const K = variances.length
  const array = (data: Float32Array, shape: readonly number[]) => ({ shape, data })
  return {
    library: 'tweedie',
    className: memories ? lawClassOfMemories : lawClass,
    config: { states, size, rest, ...(cycle && { turn: cycle.turn }) },
    weights: new Map([
      ['mean', array(mean, [size])],
      ['patterns', array(patterns, [K, size])],
      ['variances', array(variances, [K])],
      ['rhythms', array(rhythms, [states, states])],
      ['weights', array(weights, [states])],
      ...(memories
        ? ([
            ['memories.rhythms', array(memories.rhythms, [K, states, states])],
            ['memories.weights', array(memories.weights, [K, states])],
          ] as const)
        : []),
      ...(cycle ? [['cycle', array(cycle.coefficients, [4, size])] as const] : []),
    ]),
  }
}
