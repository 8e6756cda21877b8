/** Judges a model of values by how likely data are under it. */
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import type { Estimate } from '../../diffusion/likelihood/index.ts'
import { TweedieError } from '../../errors.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { judgeData } from '../judge-values-data.ts'
import type { JudgeOptions } from './judge-options.ts'
import { likelihoodOf, type LikelihoodReport, valuesOf } from './likelihood.ts'
import { requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'

/** The default number of items: about a minute for a network of MNIST's size, and an instant for points. */
const budgets = Object.freeze({
  images: { items: 32, tolerance: 1e-3 },
  others: { items: 500, tolerance: 1e-5 },
})

/** Steps of the bound in continuous time. */
export const continuousSteps = 1000

/** The default tolerance of the flow's solver. */
export const toleranceFor = ({ scale }: Pick<Model, 'scale'>): number =>
  (scale.kind === 'image' ? budgets.images : budgets.others).tolerance

/** Works out how likely data are under a model. */
export async function judgeLikelihood(model: Model, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  requireSense(model, options)
  const { values, boundVariance, boundDecoder, boundSteps, terms, trace, seed = 0, batch } = options
  const isImage = model.scale.kind === 'image'
  const shades = valuesOf(model.scale, values)
  const budget = isImage ? budgets.images : budgets.others
  const { likelihoodItems: count = budget.items, tolerance = budget.tolerance } = options
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  const report = await likelihoodOf(model, dataset, setting.engine, {
    count,
    batch,
    seed,
    values,
    training,
    bound: {
      variance: boundVariance,
      decoder: boundDecoder,
      steps: boundSteps ?? model.schedule.table?.steps ?? continuousSteps,
      terms,
    },
    flow: { ...(trace && { trace }), solver: { name: 'rk45', relative: tolerance, absolute: tolerance } },
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
    ...sessionOf(setting),
  })
  const part = heldOut ? 'held-out' : 'training'
  const how = {
    seed,
    tolerance,
    trace: trace ?? (isImage ? 'rademacher' : 'exact'),
    unit: shades ? 'bits/dim' : 'nats',
    dequantisation: shades ? 'uniform' : null,
  }
  const items = `${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`
  return {
    facts: { data: dataset.name, part, ...(shades && { values: shades }), ...report, ...how },
    text: `${shades ? formatBits(report, values) : formatNats(report)}\n\n${items}`,
    remarks: heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others'],
    howText: `seed ${seed}, ${report.flow?.evaluations} evaluations of the flow`,
  }
}

/** Refuses options that the model does not support, before data are read. */
export function requireSense(model: Model, { values, boundVariance, boundSteps, terms }: JudgeOptions): void {
  const { network, schedule, scale } = model
  requirePosterior(model, 'a likelihood')
  if (values !== undefined && scale.kind !== 'image') {
    throw new TweedieError('usage', '`values` is for images: nothing else is known to take a few values only')
  }
  if (boundVariance === 'learned' && !learnsVariance(network)) {
    throw new TweedieError('usage', '`boundVariance: learned`: the model has learned no variances', {
      hint: '`boundVariance: analytic` measures them',
    })
  }
  const levels = schedule.table?.steps
  if (boundSteps !== undefined && levels !== undefined && boundSteps > levels) {
    throw new TweedieError('usage', `\`boundSteps: ${boundSteps}\`: the table has ${levels} levels`)
  }
  const steps = boundSteps ?? levels ?? continuousSteps
  if (terms !== undefined && terms !== Infinity && terms > steps - 1) {
    throw new TweedieError('usage', `\`terms: ${terms}\`: a bound of ${steps} steps has ${steps - 1} of them`, {
      hint: '`terms: all`',
    })
  }
}

/** Images: bits per dimension of their bytes, or other values. */
function formatBits({ bound, flow }: LikelihoodReport, values?: number): string {
  const shades = values === undefined ? 'bytes' : `${values} values`
  return table([
    ['variational bound', bound && `≤ ${text(bound.bitsPerDim)} bits/dim`],
    ['  prior       L_T', bound && decimals(bound.parts.prior)],
    ['  transitions Σ L_{t−1}', bound && decimals(bound.parts.transitions)],
    ['  decoder     L_0', bound && decimals(bound.parts.decoder)],
    ['probability flow', flow && `≤ ${text(flow.bitsPerDim)} bits/dim, ${shades} dequantised uniformly`],
  ])
}

/** Anything else: nats of an item, of its density in the units of the data. */
function formatNats({ bound, flow, dimensions }: LikelihoodReport): string {
  const nats = (bits: number): string => decimals(bits * dimensions * Math.LN2)
  return table([
    ['variational bound', bound && `−log p ≤ ${text(bound.nats)} nats`],
    ['  prior       L_T', bound && nats(bound.parts.prior)],
    ['  transitions Σ L_{t−1}', bound && nats(bound.parts.transitions)],
    ['  decoder     L_0', bound && nats(bound.parts.decoder)],
    ['probability flow', flow && `−log p = ${text(flow.nats)} nats`],
  ])
}

function text({ value, standardError }: Estimate): string {
  return standardError === undefined ? decimals(value) : `${decimals(value)} ± ${decimals(standardError)}`
}

const decimals = (value: number): string => value.toFixed(4)
