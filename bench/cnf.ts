/**
 * Continuous flows by maximum likelihood: densities in the plane, above their exact entropies; the training grid against the adaptive
 * solver; the gradient of the unrolled solve against finite differences; and pictures of digits.
 *
 *     npx tsx bench/cnf.ts [NAME …] [--minutes 6] [--start 1.5] [--solver-steps 10] [--digits FOLDER] [--digits-minutes 15] [--json]
 *
 * NAMEs are moons, pinwheel, checkerboard, eight-gaussians (default: all). Every density is learned twice in equal minutes: from the
 * beginning, and for `--start` of them by flow matching, whose weights the rest begins with (`--start 0` or `--start only`: one of the two).
 * FOLDER has pictures of 17 shades, each with its class as a condition; its last 200 are held back.
 */
import { parseArgs } from 'node:util'
import { fit } from '../src/app/fit.ts'
import { cnfLikelihood } from '../src/families/cnf/likelihood.ts'
import type { CnfModel } from '../src/families/cnf/model.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { builtinDataset, type BuiltinName } from '../src/files/data/builtin/index.ts'
import type { ArrayDataset } from '../src/files/data/dataset.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { likelihoodOf } from '../src/families/values/likelihood.ts'
import type { Model } from '../src/families/values/model.ts'
import { gradientError } from './cnf-gradient.ts'

/** Entropies in nats, by quadrature. */
const entropies: Readonly<Record<string, number>> = {
  moons: 1.003,
  pinwheel: 0.921,
  checkerboard: Math.log(8),
  'eight-gaussians': 1.698,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '6' },
    start: { type: 'string', default: '1.5' },
    'solver-steps': { type: 'string' },
    batch: { type: 'string' },
    rate: { type: 'string' },
    width: { type: 'string', default: '64' },
    depth: { type: 'string', default: '3' },
    norm: { type: 'boolean', default: false },
    kinetic: { type: 'string' },
    jacobian: { type: 'string' },
    digits: { type: 'string' },
    'digits-minutes': { type: 'string', default: '15' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const engine = await nodeEngine()
const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))
const chosen = Object.fromEntries(
  Object.entries({
    solverSteps: number(values['solver-steps']),
    batch: number(values.batch),
    rate: number(values.rate),
    kinetic: number(values.kinetic),
    jacobian: number(values.jacobian),
  }).filter(([, value]) => value !== undefined),
)
const network = {
  className: 'MLP',
  config: { width: Number(values.width), layers: Number(values.depth), norm: values.norm },
}

const names = positionals.length > 0 ? positionals : values.digits ? [] : Object.keys(entropies)
for (const name of names) await density(name)
if (values.digits) await digits(values.digits)
if (names.length > 0) report({ gradient: await gradientError(engine) })

/** The points of a density without their classes. */
function points(name: string, length: number, seed: number): ArrayDataset {
  const { labels: _, classNames: __, ...rest } = builtinDataset(name as BuiltinName, { length, seed })
  return rest
}

async function density(name: string): Promise<void> {
  const [training, test] = [points(name, 100_000, 0), points(name, 5000, 1)]
  const minutes = Number(values.minutes)
  const first = Number(values.start)
  if (values.only !== 'start') {
    const run = await trained(training, { minutes, network })
    report({ name, start: 'none', ...run.facts, ...(await judged(run.model, test, entropies[name]!)) })
  }
  if (values.only === 'scratch') return
  const begun = Date.now()
  const learned = { objective: 'flow-matching', input: 'slow', minutes: first, batch: 1024 }
  const start = await fit<Model>(training, { engine, ...learned, network })
  const flow = await likelihoodOf(start, test, engine, {
    count: 2000,
    batch: 500,
    bound: false,
    flow: { trace: 'exact' },
  })
  const rest = minutes - (Date.now() - begun) / 60_000
  const run = await trained(training, { minutes: rest, from: start, solverSteps: 12 })
  report({
    name,
    start: `flow matching, ${first} minutes`,
    startAbove: flow.flow!.nats.value - entropies[name]!,
    ...run.facts,
    ...(await judged(run.model, test, entropies[name]!)),
  })
}

async function trained(dataset: ArrayDataset, options: object) {
  const begun = Date.now()
  let [steps, ready] = [0, 0]
  const remarks: string[] = []
  const model = await fit<CnfModel>(dataset, {
    engine,
    model: 'cnf',
    ...options,
    ...chosen,
    onEvent(event) {
      if (event.type === 'ready') ready = Date.now()
      if (event.type === 'step') steps = event.step
      if (event.type === 'remark') remarks.push(event.text)
    },
  })
  const seconds = (Date.now() - begun) / 1000
  return { model, facts: { steps, seconds, compiled: (ready - begun) / 1000, remarks } }
}

async function judged(model: CnfModel, test: ArrayDataset, entropy: number) {
  const { flow, gridGap } = await cnfLikelihood(model, test, engine, { count: 5000, batch: 500 })
  return { nats: flow.nats.value, error: flow.nats.standardError, above: flow.nats.value - entropy, gridGap }
}

async function digits(folder: string): Promise<void> {
  const all = await openDataset(folder)
  const part = (from: number, to: number): ArrayDataset => {
    const item = all.shape.reduce((product, n) => product * n, 1)
    const labels = all.labels && { labels: all.labels.slice(from, to) }
    return { ...all, ...labels, length: to - from, data: all.data.slice(from * item, to * item) }
  }
  const [training, test] = [part(0, all.length - 200), part(all.length - 200, all.length)]
  const run = await trained(training, { minutes: Number(values['digits-minutes']), values: 17 })
  const { flow, gridGap } = await cnfLikelihood(run.model, test, engine, { count: 200, batch: 100 })
  report({ name: folder, ...run.facts, bitsPerDim: flow.bitsPerDim, gridGap })
}

function report(row: Readonly<Record<string, unknown>>): void {
  if (values.json) console.log(JSON.stringify(row))
  else {
    console.log(
      Object.entries(row)
        .map(
          ([key, value]) =>
            `${key} ${typeof value === 'number' ? Number(value.toPrecision(4)) : JSON.stringify(value)}`,
        )
        .join('  '),
    )
  }
}
