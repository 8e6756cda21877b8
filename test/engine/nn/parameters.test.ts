import { describe, expect, it } from 'vitest'
import {
  initialize,
  inParts,
  layoutOf,
  normalWith,
  ones,
  Scope,
  uniformWithin,
  zeros,
} from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'

const declare = (names: readonly string[]) => {
  const scope = new Scope()
  for (const name of names) scope.parameter(name, [3, 4], uniformWithin(0.5))
  return layoutOf(scope.specs)
}

describe('scope', () => {
  it('collects parameters in the order of declaration, under the path of their module', () => {
    const scope = new Scope()
    const block = scope.child('blocks').child(1)
    block.child('conv').parameter('weight', [2, 3], ones)
    scope.parameter('bias', [2], zeros)
    expect(scope.specs.map(({ name }) => name)).toEqual(['blocks.1.conv.weight', 'bias'])
    expect(block.specs).toEqual(scope.specs)
  })

  it('shares a parameter that is declared twice, and refuses another shape', () => {
    const scope = new Scope()
    const first = scope.child('a').parameter('weight', [2], zeros)
    expect(scope.child('a').parameter('weight', [2], zeros)).toBe(first)
    expect(scope.specs).toHaveLength(1)
    expect(() => scope.parameter('a.weight', [3], zeros)).toThrow('a.weight: declared as [2], then as [3]')
  })
})

describe('layout', () => {
  const scope = new Scope()
  scope.parameter('a', [2, 3], zeros)
  scope.parameter('b', [4], zeros)
  const layout = layoutOf(scope.specs, (name) => (name === 'old' ? 'b' : name))

  it('lays parameters one after the other; views write through', () => {
    expect([layout.size, layout.offset('a'), layout.offset('b')]).toEqual([10, 0, 6])
    const flat = new Float32Array(10)
    layout.view(flat, 'b').fill(7)
    expect([...flat]).toEqual([0, 0, 0, 0, 0, 0, 7, 7, 7, 7])
    expect(() => layout.view(new Float32Array(9), 'b')).toThrow('expected an array of 10 floats, got 9')
    expect(() => layout.offset('c')).toThrow('no parameter is named c')
  })

  it('goes to named arrays and back', () => {
    const flat = Float32Array.from({ length: 10 }, (_, i) => i)
    expect(layout.fromMap(new Map([...layout.toMap(flat)].toReversed()))).toEqual(flat)
  })

  it('knows old names', () => {
    const flat = Float32Array.from({ length: 10 }, (_, i) => i)
    const old = new Map([...layout.toMap(flat)].map(([name, array]) => [name === 'b' ? 'old' : name, array]))
    expect(layout.fromMap(old)).toEqual(flat)
  })

  it('lists everything that does not fit', () => {
    const map = new Map([
      ['a', { shape: [3, 2], data: new Float32Array(6) }],
      ['c', { shape: [1], data: new Float32Array(1) }],
    ])
    expect(() => layout.fromMap(map)).toThrow(
      'weights: 3 do not fit the network: a: expected shape [2, 3], got [3, 2]; b: missing; c: unknown',
    )
  })
})

describe('initialize', () => {
  it('gives each parameter a stream of its own, so that another layer changes nothing', () => {
    const small = declare(['a', 'c'])
    const large = declare(['a', 'b', 'c'])
    const [x, y] = [initialize(small, key(1)), initialize(large, key(1))]
    for (const name of ['a', 'c']) expect(small.view(x, name)).toEqual(large.view(y, name))
    expect(large.view(y, 'a')).not.toEqual(large.view(y, 'b'))
    expect(initialize(small, key(2))).not.toEqual(x)
  })

  it('has the spread that the initialiser says', () => {
    const scope = new Scope()
    scope.parameter('uniform', [40_000], uniformWithin(0.3))
    scope.parameter('normal', [40_000], normalWith(2))
    scope.parameter('ones', [5], ones)
    scope.parameter('zeros', [5], zeros)
    scope.parameter('parts', [6], inParts(0, 1, 2))
    const layout = layoutOf(scope.specs)
    const flat = initialize(layout, key(0))
    const moments = (name: string) => {
      const values = layout.view(flat, name)
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length
      return [mean, Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)]
    }
    const [uniformMean, uniformStd] = moments('uniform')
    expect(Math.abs(uniformMean!)).toBeLessThan((5 * 0.3) / Math.sqrt(3 * 40_000))
    expect(uniformStd).toBeCloseTo(0.3 / Math.sqrt(3), 2)
    expect(layout.view(flat, 'uniform').reduce((a, b) => Math.max(a, Math.abs(b)), 0)).toBeLessThanOrEqual(
      Math.fround(0.3),
    )
    const [normalMean, normalStd] = moments('normal')
    expect(Math.abs(normalMean!)).toBeLessThan((5 * 2) / 200)
    expect(normalStd).toBeCloseTo(2, 1)
    expect([...layout.view(flat, 'ones'), ...layout.view(flat, 'zeros')]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    expect([...layout.view(flat, 'parts')]).toEqual([0, 0, 1, 1, 2, 2])
  })
})
