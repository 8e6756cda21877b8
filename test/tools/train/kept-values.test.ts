/** What a step keeps for its gradients, counted. */
import { expect, test } from 'vitest'
import { input, matmul, mean, mul, square } from '../../../src/engine/graph/index.ts'
import type { Scope } from '../../../src/engine/nn/parameters.ts'
import { keptValues } from '../../../src/tools/train/kept-values.ts'

const [inner, outer] = [5, 7]

/** mean ((x A)² B)², where A learns, and perhaps B. */
const problem = (both: boolean) => ({
  loss(scope: Scope, items: number) {
    const x = input('x', [items, 4])
    const a = scope.parameter('a', [4, inner], { kind: 'zeros' })
    const b = both ? scope.parameter('b', [inner, outer], { kind: 'zeros' }) : input('b', [inner, outer])
    const y = matmul(square(matmul(x, a)), b)
    return { loss: mean(mul(y, y)), itemLoss: mean(mul(y, y), [1]) }
  },
})

test('a square needs what it is of, and weights that learn what comes in', () => {
  const items = 3
  const frozen = keptValues(problem(false), items)
  expect(frozen).toBe(items * (inner + outer))
  expect(keptValues(problem(true), items)).toBe(frozen + items * inner)
  expect(keptValues(problem(false), 2 * items)).toBe(2 * frozen)
})
