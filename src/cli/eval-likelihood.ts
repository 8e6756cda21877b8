/** What `tweedie eval --likelihood` does. */
import { TweedieError } from '../errors.ts'
import { likelihoodOf } from '../eval.ts'
import type { LikelihoodReport } from '../eval.ts'
import type { Estimate } from '../diffusion/likelihood/index.ts'
import type { Model } from '../families/values/model.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { learnsVariance } from '../diffusion/denoise/objectives/learned-variance.ts'
import { duration, note, print, printJson, sessionOptions, startProgress, table } from './common.ts'
import { openHeldOut, sourceOf } from './eval-data.ts'
import type { EvalCommandOptions } from './eval.ts'
import { openData } from './open-data.ts'
import { openModel } from './open-model.ts'
import { interruptible } from './watched.ts'

/** What takes about a minute for a network of MNIST's size, and an instant for points. */
const budgets = Object.freeze({
  images: { items: 32, tolerance: 1e-3 },
  others: { items: 500, tolerance: 1e-5 },
})

/** Steps of the bound in continuous time. */
const continuousSteps = 1000

/** Works out how likely data are under a model and prints it. */
export async function runEvalLikelihood(path: string, options: EvalCommandOptions): Promise<void> {
  const { values, boundVariance, boundDecoder, boundSteps, terms, trace, seed, batch } = options
  const model = await openModel(path)
  requireSense(model, options)
  const isImage = model.scale.kind === 'image'
  const budget = isImage ? budgets.images : budgets.others
  const { likelihoodItems: count = budget.items, tolerance = budget.tolerance } = options
  const engine = await nodeEngine()
  const source = await sourceOf(path, model, options)

  const begin = performance.now()
  const { heldOut, dataset, report } = await interruptible('the evaluation', async (signal) => {
    const heldOut = await openHeldOut(source, model, options, signal)
    const training = await openData(source, { ...options, signal })
    const dataset = heldOut ?? training
    using progress = await startProgress('likelihood', options)
    const report = await likelihoodOf(model, dataset, engine, {
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
      signal,
      onProgress: (done) => progress.update(Math.round(100 * done), 100),
      ...sessionOptions(options),
    })
    return { heldOut, dataset, report }
  })

  const seconds = (performance.now() - begin) / 1000
  const part = heldOut ? 'held-out' : 'training'
  if (options.json) {
    const how = {
      seed,
      tolerance,
      trace: trace ?? (isImage ? 'rademacher' : 'exact'),
      unit: isImage ? 'bits/dim' : 'nats',
      dequantisation: isImage ? 'uniform' : null,
    }
    const data = { data: dataset.name, part, ...(isImage && { values: values ?? 256 }) }
    return printJson({
      model: path,
      save: model.meta.save,
      ...data,
      ...report,
      ...how,
      seconds: Number(seconds.toFixed(3)),
    })
  }
  print(isImage ? formatBits(report, values) : formatNats(report))
  print(`\n${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`)
  if (!heldOut) note('warning: these are the data that the model was trained on; --held-out names others', options)
  note(`seed ${seed}, ${report.flow?.evaluations} evaluations of the flow, ${duration(seconds)}`, options)
}

/** Refuses what the model cannot answer, before data are read. */
function requireSense(model: Model, { values, boundVariance, boundSteps, terms }: EvalCommandOptions): void {
  const { network, schedule, scale } = model
  if (values !== undefined && scale.kind !== 'image') {
    throw new TweedieError('usage', '--values is for images: nothing else is known to take a few values only')
  }
  if (boundVariance === 'learned' && !learnsVariance(network)) {
    throw new TweedieError('usage', '--bound-variance learned: the model has learned no variances', {
      hint: '--bound-variance analytic measures them',
    })
  }
  const levels = schedule.table?.steps
  if (boundSteps !== undefined && levels !== undefined && boundSteps > levels) {
    throw new TweedieError('usage', `--bound-steps ${boundSteps}: the table has ${levels} levels`)
  }
  const steps = boundSteps ?? levels ?? continuousSteps
  if (terms !== undefined && terms !== Infinity && terms > steps - 1) {
    throw new TweedieError('usage', `--terms ${terms}: a bound of ${steps} steps has ${steps - 1} of them`, {
      hint: '--terms all',
    })
  }
}

/** Images: bits per dimension of their bytes, or other values. */
function formatBits({ bound, flow }: LikelihoodReport, values?: number): string {
  return table([
    ['variational bound', bound && `≤ ${text(bound.bitsPerDim)} bits/dim`],
    ['  prior       L_T', bound && decimals(bound.parts.prior)],
    ['  transitions Σ L_{t−1}', bound && decimals(bound.parts.transitions)],
    ['  decoder     L_0', bound && decimals(bound.parts.decoder)],
    [
      'probability flow',
      flow &&
        `≤ ${text(flow.bitsPerDim)} bits/dim, ${values === undefined ? 'bytes' : `${values} values`} dequantised uniformly`,
    ],
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
