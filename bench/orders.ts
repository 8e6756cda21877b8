/**
 * The order of convergence of every sampler, claimed and measured.
 *
 *     npx tsx bench/orders.ts [--json]
 *
 * A sampler without noise is measured against a fine solution of the probability-flow equation of a mixture of Gaussians; a
 * sampler with noise by the variance that it ends in on Gaussian data, which is computed exactly. `--json` prints an array of
 * { sampler, claimed, measured, errors }, the errors for 20, 40, 80 and 160 steps.
 */
import {
  dpmSolver,
  heun,
  measureOrder,
  measureWeakOrder,
  type Sampler,
  samplers,
  uniPc,
} from '../src/diffusion/sample/index.ts'

interface Row {
  readonly sampler: string
  readonly claimed: number
  readonly measured: number
  readonly errors: readonly number[]
}

/** Beside the registry: variants whose order the default options hide. */
const variants: readonly (readonly [string, Sampler])[] = [
  ['heun-churn(5)', heun({ churn: 5 })],
  ['unipc-2, full last step', uniPc({ lowerOrderFinal: 'never' })],
  ['unipc-3, full last step', uniPc({ order: 3, lowerOrderFinal: 'never' })],
  ['dpm++-3m, published weights', dpmSolver({ order: 3, curvature: 'published' })],
]

/** Samplers that no order describes: churn is capped at few steps, Langevin steps do not shorten, RK45 and sde-adaptive choose their own, learned variances need a network. */
const unmeasured = /^(heun-churn$|annealed-langevin|ddpm-learned|pc\(|rk45|sde-adaptive)/

async function measure(name: string, sampler: Sampler): Promise<Row> {
  const weak = sampler.stochastic && 'plan' in sampler
  const { order, errors } = weak ? await measureWeakOrder(sampler) : await measureOrder(sampler)
  return { sampler: name, claimed: sampler.order, measured: Math.round(order * 1000) / 1000, errors }
}

async function main(json: boolean): Promise<void> {
  const named = samplers.map(({ sampler }) => [sampler.name, sampler] as const)
  const rows: Row[] = []
  for (const [name, sampler] of [...named, ...variants]) {
    if (!unmeasured.test(name)) rows.push(await measure(name, sampler))
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    return
  }
  const cells = ['sampler'.padEnd(28), 'claimed', 'measured', 'error at 20, 40, 80, 160 steps']
  process.stdout.write(`${cells.join('  ')}\n`)
  for (const { sampler, claimed, measured, errors } of rows) {
    const shown = errors.map((error) => error.toExponential(1)).join('  ')
    process.stdout.write(`${sampler.padEnd(30)}${String(claimed).padEnd(9)}${measured.toFixed(2).padEnd(10)}${shown}\n`)
  }
}

await main(process.argv.includes('--json'))
