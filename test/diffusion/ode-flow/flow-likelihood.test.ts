/** Likelihoods along fields in closed form, solved on arrays. */
import { expect, test } from 'vitest'
import { carry, flowLikelihood, type FlowField, type FlowSolver } from '../../../src/diffusion/ode-flow/index.ts'

/** v = diag(a, b) x. */
const [a, b] = [0.75, -0.5]
const field: FlowField = {
  shape: [2],
  slope: (x) => Float64Array.from(x, (value, i) => (i % 2 === 0 ? a : b) * value),
  slopeAndDivergence: (x, t, probe) => ({
    slope: field.slope(x, t) as Float64Array,
    divergence: Float64Array.from({ length: x.length / 2 }, (_, i) =>
      probe ? a * probe[2 * i]! ** 2 + b * probe[2 * i + 1]! ** 2 : a + b,
    ),
  }),
}
const x0 = Float64Array.of(0.3, -1, 2, 0.5)
const exact = (item: number): number => {
  const [u, v] = [x0[2 * item]! * Math.exp(a), x0[2 * item + 1]! * Math.exp(b)]
  return a + b - (u * u + v * v) / 2 - Math.log(2 * Math.PI)
}

test.each<[FlowSolver, number]>([
  [{ name: 'rk45', relative: 1e-9, absolute: 1e-9 }, 8],
  [{ name: 'rk4', steps: 40 }, 6],
  [{ name: 'midpoint', steps: 200 }, 4],
  [{ name: 'euler', steps: 4000 }, 2],
])('%o finds the density of a linear field', async (solver, digits) => {
  const { logDensity, latent } = await flowLikelihood(field, x0, { solver })
  logDensity.forEach((log, item) => expect(log).toBeCloseTo(exact(item), digits))
  expect(latent[0]).toBeCloseTo(x0[0]! * Math.exp(a), digits)
})

test('one probe of signs has no variance for a diagonal Jacobian; a probe belongs to the item, not to its batch', async () => {
  const solver = { name: 'rk4', steps: 40 } as const
  const signs = await flowLikelihood(field, x0, { solver, trace: 'rademacher', seed: 7 })
  signs.logDensity.forEach((log, item) => expect(log).toBeCloseTo(exact(item), 6))
  const all = await flowLikelihood(field, x0, { solver, trace: 'gaussian', seed: 3 })
  const second = await flowLikelihood(field, x0.slice(2), { solver, trace: 'gaussian', seed: 3, firstItem: 1 })
  expect(all.logDensity[1]).toBe(second.logDensity[0])
  expect(all.logDensity[1]).not.toBeCloseTo(exact(1), 3)
})

test('what is carried to noise is carried back', async () => {
  const solver = { name: 'rk45', relative: 1e-8, absolute: 1e-8 } as const
  let up: ArrayLike<number> = x0
  for await (const { y } of carry(field, x0, { solver, from: 0, to: 1 })) up = y.slice()
  let down = up
  for await (const { y } of carry(field, Float64Array.from(up), { solver, from: 1, to: 0 })) down = y.slice()
  Array.from(down).forEach((value, i) => expect(value).toBeCloseTo(x0[i]!, 6))
})

test('numbers that are no items, and a density that is not finite, are errors', async () => {
  await expect(flowLikelihood(field, x0.slice(1))).rejects.toMatchObject({ code: 'shape' })
  const wild: FlowField = {
    ...field,
    slopeAndDivergence: (x) => ({ slope: x, divergence: new Float64Array(2).fill(NaN) }),
  }
  await expect(flowLikelihood(wild, x0, { solver: { name: 'rk4', steps: 2 } })).rejects.toMatchObject({
    code: 'diverged',
  })
})
