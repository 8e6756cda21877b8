/**
 * Assimilation of the Lorenz-63 system: a prior learned from windows, put together to trajectories of 65 states, against a particle filter.
 *
 *     npx tsx bench/lorenz.ts [--minutes 5] [--window 9] [--stride 4] [--draws 64] [--truths 2] [--steps 256] [--tau 0.05] [--iterations 8] [--model FOLDER] [--json]
 *
 * The two observations of SDA's experiment: the first number of every eighth state with a standard deviation of 0.05, or of all states with one of 0.25. Of each method: the standard
 * deviation of A(x) − y, and the Wasserstein-1 distance of the marginals to those of the particle filter, averaged over all numbers of all states, in units of the attractor's
 * standard deviation. `particles again` is the filter a second time, with other seeds: what chance leaves. `--model` keeps the prior in a folder, or takes one that is there.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fit } from '../src/app/fit.ts'
import { saveModel } from '../src/app/node/save-model.ts'
import { openedOf } from '../src/app/opened.ts'
import { modelVjp } from '../src/compiled/vjp.ts'
import type { Denoiser } from '../src/diffusion/denoise/denoiser.ts'
import { dps, mmps, sda } from '../src/diffusion/guidance/index.ts'
import { observation, sparseOperator } from '../src/diffusion/measure/index.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import { ddim, predictorCorrector, type Sampler, sampleFinal } from '../src/diffusion/sample/index.ts'
import { composeWindows, particleFilter, particleSmoother, windowPlan } from '../src/diffusion/trajectory/index.ts'
import { fold, key, normal } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import type { Model } from '../src/families/values/model.ts'
import { advance, simulate } from '../src/files/data/builtin/dynamics/dynamics.ts'
import { lorenz63 } from '../src/files/data/builtin/dynamics/lorenz.ts'
import { windowsDataset } from '../src/files/data/builtin/dynamics/windows-dataset.ts'
import { affineOf } from '../src/files/data/normalise.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'
import { wasserstein1d } from '../src/tools/metrics/index.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    window: { type: 'string', default: '9' },
    width: { type: 'string', default: '128' },
    depth: { type: 'string', default: '3' },
    rate: { type: 'string', default: '0.002' },
    draws: { type: 'string', default: '64' },
    steps: { type: 'string', default: '256' },
    stride: { type: 'string', default: '4' },
    truths: { type: 'string', default: '2' },
    particles: { type: 'string', default: '16384' },
    gamma: { type: 'string', default: '0.03' },
    corrections: { type: 'string', default: '1' },
    tau: { type: 'string', default: '0.05' },
    zeta: { type: 'string', default: '1' },
    iterations: { type: 'string', default: '8' },
    methods: { type: 'string' },
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const L = 65
const [window, draws, steps, particles] = [values.window, values.draws, values.steps, values.particles].map(Number) as [
  number,
  number,
  number,
  number,
]
const system = lorenz63()
const engine = await nodeEngine()
const data = windowsDataset(system, fold(key(0), 'bench'), { length: 100_000, window, each: 64, spinUp: 64 })
const { shift, scale } = affineOf(data)
const model = await prior()
const places = windowPlan(window, { length: L, stride: Number(values.stride) })
using windows = await modelVjp(model, engine, { batch: draws * places.starts.length, threads: 1 })
const denoiser = composeWindows(windows, { length: L, stride: Number(values.stride) })

/** A state of the process is [x, y, z]; an item of the denoiser has the channel first. */
const settings = [
  { name: 'every 8th state, σ 0.05', seen: range(L).filter((k) => k % 8 === 0), sigma: 0.05 },
  { name: 'all states, σ 0.25', seen: range(L), sigma: 0.25 },
]
const rows: Record<string, string | number>[] = []
for (const setting of settings) {
  const sums = new Map<string, number[]>()
  for (let truth = 0; truth < Number(values.truths); truth++) {
    for (const [method, numbers] of Object.entries(await compared(setting, truth))) {
      sums.set(method, [...(sums.get(method) ?? []), ...numbers])
    }
  }
  for (const [method, numbers] of sums) {
    const part = (k: number): number[] => numbers.filter((_, i) => i % 3 === k)
    const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
    const [std, w1, seconds] = [Math.sqrt(mean(part(0).map((v) => v ** 2))), mean(part(1)), mean(part(2))]
    rows.push({ setting: setting.name, method, std, sigma: setting.sigma, off: std / setting.sigma - 1, w1, seconds })
  }
}
if (values.json) console.log(JSON.stringify({ ...values, rows }))
else {
  console.log(
    '| observed | method | std of A(x) − y | against σ_y | W1 to the particle filter | seconds |\n|---|---|---|---|---|---|',
  )
  for (const { setting, method, std, off, w1, seconds } of rows as Record<string, number>[]) {
    console.log(
      `| ${setting} | ${method} | ${std!.toFixed(4)} | ${(100 * off!).toFixed(0)} % | ${w1!.toFixed(4)} | ${seconds!.toFixed(1)} |`,
    )
  }
}

/** Of each method: the deviation from what was observed, the distance to the particles, and seconds. */
async function compared(
  { seen, sigma }: (typeof settings)[number],
  truth: number,
): Promise<Record<string, readonly [number, number, number]>> {
  const states = simulate(system, { length: L, seed: `truth ${truth}`, spinUp: 256 })
  const noise = normal(fold(key('observed'), truth), new Float64Array(seen.length))
  const y = Float64Array.from(seen, (k, i) => states[3 * k]! + sigma * noise[i]!)
  const filtered = (seed: number, many: number): Float64Array => {
    const weighed = particleFilter(system, {
      start: attractor(`${truth} ${seed}`),
      length: L,
      seed,
      logLikelihood(x, time) {
        const i = seen.indexOf(time)
        if (i < 0) return undefined
        return Float64Array.from({ length: x.length / 3 }, (_, n) => -(((x[3 * n]! - y[i]!) / sigma) ** 2) / 2)
      },
    })
    return particleSmoother(system, weighed, many, seed)
  }
  const reference = filtered(0, 512)
  const judged = (x: Float64Array, seconds: number): readonly [number, number, number] => {
    const many = x.length / (3 * L)
    let square = 0
    for (let n = 0; n < many; n++) seen.forEach((k, i) => (square += (x[(n * L + k) * 3]! - y[i]!) ** 2))
    let distance = 0
    for (let at = 0; at < 3 * L; at++) {
      const marginal = (of: Float64Array): Float64Array =>
        Float64Array.from({ length: of.length / (3 * L) }, (_, n) => of[n * 3 * L + at]!)
      distance += wasserstein1d(marginal(x), marginal(reference), 1) / scale[at % 3]! / (3 * L)
    }
    return [Math.sqrt(square / many / seen.length), distance, seconds]
  }
  const operator = sparseOperator(
    { name: 'x', from: denoiser.shape, to: [seen.length], orthogonal: 1 },
    seen.map((k) => ({ indices: [k], weights: [1] })),
  )
  const observed = observation(
    operator,
    y.map((value) => (value - shift[0]!) / scale[0]!),
    sigma / scale[0]!,
  )
  const corrected = predictorCorrector({
    predictor: ddim(),
    corrections: Number(values.corrections),
    tau: Number(values.tau),
  })
  const bySda = sda(denoiser, observed, { gamma: Number(values.gamma) })
  const methods: Record<string, { readonly guided: Denoiser; readonly sampler: Sampler; readonly steps: number }> = {
    SDA: { guided: bySda, sampler: ddim({ eta: 1 }), steps },
    'SDA corrected': { guided: bySda, sampler: corrected, steps },
    MMPS: {
      guided: mmps(denoiser, observed, { iterations: Number(values.iterations) }),
      sampler: ddim({ eta: 1 }),
      steps: steps / 2,
    },
    DPS: { guided: denoiser, sampler: dps(observed, { zeta: Number(values.zeta) }), steps },
  }
  const results: Record<string, readonly [number, number, number]> = {
    'particles again': judged(filtered(1, draws), 0),
  }
  for (const [name, { guided, sampler, steps }] of Object.entries(methods)) {
    if (values.methods && !values.methods.split(',').includes(name)) continue
    const begun = performance.now()
    const times = timesOf(model.schedule, steps)
    const x = await sampleFinal(guided, { sampler, times, batch: draws, seed: truth, dtype: 'float64' })
    const physical = Float64Array.from({ length: x.length }, (_, at) => {
      const [n, k, c] = [Math.floor(at / (3 * L)), Math.floor((at % (3 * L)) / 3), at % 3]
      return shift[c]! + scale[c]! * x[(n * 3 + c) * L + k]!
    })
    results[name] = judged(physical, (performance.now() - begun) / 1000)
    console.error(name, truth, results[name].map((v) => v.toFixed(4)).join(' '))
  }
  return results
}

/** Particles of the law in which trajectories begin. */
function attractor(seed: string): Float64Array {
  const start = new Float64Array(3 * particles)
  for (let i = 0; i < particles; i++) start.set(system.start(fold(key(seed), 'start', i)), 3 * i)
  for (let k = 0; k < 256; k++) advance(system, start, fold(key(seed), 'spin up', k))
  return start
}

async function prior(): Promise<Model> {
  if (values.model && existsSync(values.model))
    return (await openedOf(await readModelFolder(values.model))).model as Model
  const learned = await fit<Model>(data, {
    engine,
    threads: 1,
    minutes: Number(values.minutes),
    widths: [Number(values.width)],
    depth: Number(values.depth),
    batch: 512,
    rate: Number(values.rate),
    noise: 'edm',
    onEvent: (event) => {
      if (event.type === 'log') console.error(JSON.stringify(event.line))
    },
  })
  if (values.model) await saveModel(values.model, learned)
  return learned
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}
