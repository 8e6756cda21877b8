/**
 * How exact methods of posterior sampling are, where the posterior is known.
 *
 *     npx tsx bench/posterior.ts [--json] [--steps 60] [--samples 300]
 *
 * Two priors of 16 elements, a Gaussian whose neighbours are alike and a mixture of three such, are measured in three ways at
 * three levels of noise. Of the samples of each method: the error of their mean, in standard deviations of the posterior (root of
 * the mean over elements); of their covariance, relative in the Frobenius norm; and the sliced Wasserstein distance from exact
 * draws, relative to the posterior's standard deviation. `exact` are other exact draws: what chance leaves. Tables in Markdown,
 * or an array with `--json`; three minutes.
 */
import { parseArgs } from 'node:util'
import { differentiableMixture, type DifferentiableAnalytic } from '../src/diffusion/guidance/differentiable.ts'
import {
  drawMixture,
  exactPosterior,
  type FullComponent,
  mixtureMoments,
} from '../src/diffusion/guidance/exact-posterior.ts'
import { posteriorMethods, type PosteriorMethodName } from '../src/diffusion/guidance/methods.ts'
import {
  gaussianBlur,
  type LinearOperator,
  maskOperator,
  observe,
  type Observation,
  randomMask,
  randomProjection,
} from '../src/diffusion/measure/index.ts'
import { featureSet, slicedWasserstein } from '../src/tools/metrics/index.ts'
import { cosineSchedule } from '../src/diffusion/noise/index.ts'
import { key } from '../src/engine/random/index.ts'
import { logSnrTimes, sampleFinal } from '../src/diffusion/sample/index.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    steps: { type: 'string', default: '60' },
    samples: { type: 'string', default: '300' },
  },
})
const [steps, count, n] = [Number(flags.steps), Number(flags.samples), 16]

const schedule = cosineSchedule()
const smooth = (length: number, variance: number): Float64Array =>
  Float64Array.from(
    { length: n * n },
    (_, at) => variance * Math.exp(-Math.abs(Math.floor(at / n) - (at % n)) / length),
  )
const line = (value: (u: number) => number): number[] => Array.from({ length: n }, (_, i) => value(i / (n - 1)))
const priors = {
  Gaussian: [{ mean: line(() => 0), covariance: smooth(4, 1) }],
  mixture: [
    { weight: 0.4, mean: line((u) => 2 * u - 1), covariance: smooth(4, 0.1) },
    { weight: 0.3, mean: line((u) => 1 - 2 * u), covariance: smooth(4, 0.1) },
    { weight: 0.3, mean: line((u) => Math.cos(2 * Math.PI * u)), covariance: smooth(2, 0.1) },
  ],
}
const operators: readonly LinearOperator[] = [
  maskOperator([n], randomMask([n], 0.5, key('posterior'))),
  gaussianBlur([n], 1.5),
  randomProjection([n], 6),
]

interface Row {
  readonly prior: string
  readonly measurement: string
  readonly sigma: number
  readonly method: string
  /** In standard deviations. */
  readonly mean: number
  /** Relative. */
  readonly covariance: number
  /** In standard deviations. */
  readonly slicedWasserstein: number
}

async function main(): Promise<void> {
  const rows: Row[] = []
  for (const [prior, components] of Object.entries(priors)) {
    const denoiser = differentiableMixture({ schedule, components })
    const truth = drawMixture(components, 1, key(`truth ${prior}`))
    for (const operator of operators) {
      for (const sigma of [0.05, 0.2, 0.8]) {
        const observation = await observe(operator, truth, { sigma, seed: 1 })
        const posterior = exactPosterior(components, observation)
        const row = (method: string, samples: Float64Array): Row => ({
          prior,
          measurement: operator.name,
          sigma,
          method,
          ...errorsOf(samples, posterior),
        })
        rows.push(row('exact', drawMixture(posterior, count, key('others'))))
        for (const method of Object.keys(posteriorMethods) as PosteriorMethodName[]) {
          if (method === 'repaint' && operator !== operators[0]) continue
          rows.push(row(method, await draw(method, denoiser, observation)))
        }
      }
    }
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  else print(rows)
}

/** Draws by a method, with settings that suit sixteen numbers of unit size. */
async function draw(
  method: PosteriorMethodName,
  denoiser: DifferentiableAnalytic,
  observation: Observation<LinearOperator>,
): Promise<Float64Array> {
  const settings = {
    zeta: method === 'dps' ? 10 / steps : undefined,
    iterations: Math.min(n, observation.y.length),
    resample: 5,
    jump: 1,
  }
  const { denoiser: guided, sampler } = posteriorMethods[method].prepare(denoiser, observation, settings)
  const times = logSnrTimes(schedule, steps, {
    from: schedule.timeOfLogSnr(-9),
    to: schedule.timeOfLogSnr(11),
  })
  return Float64Array.from(await sampleFinal(guided, { sampler, times, batch: count, seed: 2, dtype: 'float64' }))
}

function errorsOf(samples: Float64Array, posterior: readonly FullComponent[]) {
  const exact = mixtureMoments(posterior)
  const found = momentsOf(samples)
  const variance = exact.covariance.reduce((sum, value, at) => (at % (n + 1) === 0 ? sum + value / n : sum), 0)
  const difference = found.mean.map((value, i) => value - exact.mean[i]!)
  const reference = drawMixture(posterior, count, key('reference'))
  const [a, b] = [samples, reference].map((set) => featureSet(Float32Array.from(set), n)) as [
    ReturnType<typeof featureSet>,
    ReturnType<typeof featureSet>,
  ]
  return {
    mean: Math.sqrt(difference.reduce((sum, value) => sum + value ** 2 / n, 0) / variance),
    covariance:
      Math.hypot(...found.covariance.map((value, at) => value - exact.covariance[at]!)) /
      Math.hypot(...exact.covariance),
    slicedWasserstein: slicedWasserstein(a, b) / Math.sqrt(variance),
  }
}

function momentsOf(samples: Float64Array): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const size = samples.length / n
  const mean = new Float64Array(n)
  samples.forEach((value, i) => (mean[i % n]! += value / size))
  const covariance = new Float64Array(n * n)
  for (let item = 0; item < size; item++) {
    for (let at = 0; at < n * n; at++) {
      const [i, j] = [Math.floor(at / n), at % n]
      covariance[at]! += ((samples[item * n + i]! - mean[i]!) * (samples[item * n + j]! - mean[j]!)) / (size - 1)
    }
  }
  return { mean, covariance }
}

/** A table in Markdown to a prior: measurements and methods down, noise across. */
function print(rows: readonly Row[]): void {
  const line = (cells: readonly string[]): boolean => process.stdout.write(`| ${cells.join(' | ')} |\n`)
  for (const [prior, group] of groupBy(rows, (row) => row.prior)) {
    const sigmas = [...new Set(group.map(({ sigma }) => `σ_y = ${sigma}`))]
    process.stdout.write(`\n${prior} (mean / covariance / sliced Wasserstein)\n\n`)
    line(['measurement', 'method', ...sigmas])
    line(Array.from({ length: 2 + sigmas.length }, () => '---'))
    for (const own of groupBy(group, ({ measurement, method }) => `${measurement} ${method}`).values()) {
      const cells = own.map((row) =>
        [row.mean, row.covariance, row.slicedWasserstein].map((value) => value.toFixed(2)).join(' / '),
      )
      line([own[0]!.measurement, own[0]!.method, ...cells])
    }
  }
  process.stdout.write('\n')
  for (const [name, { exact }] of Object.entries(posteriorMethods)) process.stdout.write(`- ${name}: ${exact}\n`)
}

function groupBy(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(nameOf(row), [...(groups.get(nameOf(row)) ?? []), row])
  return groups
}

await main()
