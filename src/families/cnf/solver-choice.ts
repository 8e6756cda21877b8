/** How a model's equation is solved when it is sampled: one of a few methods, by the options of samplers. */
import { type FlowSolver, fixedSolvers, type FixedSolverName } from '../../diffusion/ode-flow/solve.ts'
import { TweedieError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'
import type { CnfModel } from './model.ts'
import { refusals } from './options/refusals.ts'

/** Their names. */
export const solverNames: readonly string[] = Object.freeze([...Object.keys(fixedSolvers), 'rk45'])

/** The default number of steps: more than in training, since they cost little. */
const usualSteps = { rk4: 20, midpoint: 40, euler: 100 } as const

/**
 * The solver.
 *
 * @throws TweedieError `usage` for a sampler of diffusion models, which needs marginals that such a model does not have; or `steps` beside
 * `rk45`
 */
export function chooseSolver(
  { meta }: Pick<CnfModel, 'meta'>,
  { sampler, steps }: { readonly sampler?: string | undefined; readonly steps?: number | undefined },
): FlowSolver {
  const name = sampler ?? meta.sampler.sampler ?? 'rk4'
  if (!solverNames.includes(name)) {
    const { why } = refusals.eta!
    const near = suggest(name, solverNames)
    throw new TweedieError('usage', `\`sampler: ${name}\` ${why}`, {
      hint: near ? `did you mean ${near}?` : `one of ${solverNames.join(', ')}`,
    })
  }
  if (name !== 'rk45') {
    const fixed = name as FixedSolverName
    return {
      name: fixed,
      steps: steps ?? (sampler === undefined ? meta.sampler.steps : undefined) ?? usualSteps[fixed],
    }
  }
  if (steps === undefined) return { name: 'rk45', relative: 1e-5, absolute: 1e-5 }
  throw new TweedieError('usage', '`steps`: the sampler rk45 chooses its steps itself', { hint: 'leave it out' })
}

/** In words. */
export function solverText(solver: FlowSolver): string {
  return solver.name === 'rk45' ? 'rk45' : `${solver.name}, ${solver.steps} step${solver.steps === 1 ? '' : 's'}`
}
