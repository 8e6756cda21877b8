/** The solvers of continuous flows, for people and for programs. */
import type { SamplerList } from '../family.ts'

const solvers = [
  { name: 'rk4', order: 4, evaluations: 4, use: 'the default: 10 to 40 steps' },
  { name: 'midpoint', order: 2, evaluations: 2, use: 'half the work of a step' },
  { name: 'euler', order: 1, evaluations: 1, use: 'the simplest: 100 steps and more' },
  { name: 'rk45', order: 5, evaluations: 6, use: 'exact, to a tolerance' },
] as const

/** Names, orders, evaluations of the field a step, and when to use them. */
export function listSamplers(): SamplerList {
  return {
    header: ['of continuous flows', 'order', 'evals', 'use'],
    rows: solvers.map(({ name, order, evaluations, use }) => [name, `${order}`, `${evaluations}`, use]),
    facts: solvers.map((solver) => ({ ...solver, of: 'cnf', stochastic: false })),
  }
}
