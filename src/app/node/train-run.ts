/** Training as a request: a stream of events, from the report before the first step to the end. */
import { nodeEngine } from '../../engine/runtime/node/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Row } from '../../families/family.ts'
import { deadlineOf, stepsOf } from '../../tools/train/plan.ts'
import { itemsPerStep } from '../../tools/train/spec.ts'
import { train, type TrainOptions } from '../train.ts'
import { memoryText } from './memory-text.ts'
import { prepareRun } from './prepare-run.ts'
import type { PreparedRun, TrainRequest } from './prepared-run.ts'
import { type RunEvent, trainInFolder } from './run.ts'
import { asOneOf, trainTogether } from './train-together.ts'

/** What happens. */
export type TrainRunEvent =
  | RunEvent
  | {
      /** The run is prepared; nothing is compiled yet. */
      readonly type: 'report'
      readonly spec: PreparedRun['spec']
      readonly items: number
      /** Every choice that was made, for people. */
      readonly rows: readonly Row[]
      /** A loss in words. */
      readonly lossText: (loss: number) => string
      /** The command that shows most of what the model can do. */
      readonly next: 'sample' | 'eval' | 'info'
    }
  | ({ readonly type: 'estimate' } & Estimate)

/** What a run would cost: the last event of a dry run. */
export interface Estimate {
  readonly spec: PreparedRun['spec']
  readonly items: number
  readonly parameters: number
  /** Bytes. */
  readonly memory: number
  readonly msPerStep: number
  readonly steps: number
  readonly epochs: number
  readonly seconds: number
}

/** Steps of a dry run: enough to know the pace. */
const drySteps = 12

/**
 * Trains and saves everything in the run's folder.
 *
 * @throws TweedieError if training is impossible; `signal` stops it after the current step, and everything is saved
 * @example
 * for await (const event of trainRun({ data: './photos', out: 'runs/photos', options: { minutes: 10 } })) {
 *   if (event.type === 'log') console.log(event.line.loss)
 * }
 */
export async function* trainRun(request: TrainRequest): AsyncGenerator<TrainRunEvent> {
  const { collective, ranks = 1 } = request
  if (ranks > 1 && !request.dryRun) {
    if (collective) throw new TweedieError('usage', '`ranks` is for one process, and this is one of several already')
    const { trainInThreads } = await import('./threads/train-in-threads.ts')
    return yield* trainInThreads(ranks, request, trainRun)
  }
  const run = await prepareRun(collective ? asOneOf(collective, request) : request)
  const { family, spec, dataset, heldOut, intervals, from } = run
  const { out, own, signal, dryRun, earlySamples } = request
  const lossText = (loss: number): string => family.lossText?.(spec, loss) ?? loss.toFixed(4)
  const next = family.can.draw ? 'sample' : family.can.evaluate ? 'eval' : 'info'
  yield { type: 'report', spec, items: dataset.length, rows: await reportOf(run, request), lossText, next }
  const options = {
    spec,
    dataset,
    heldOut,
    own,
    engine: await nodeEngine(),
    from,
    start: run.start,
    signal,
    ...run.session,
  }
  if (dryRun) yield { type: 'estimate', ...(await estimated(options)) }
  else {
    const run = { ...options, ...intervals, earlySamples, folder: out! }
    for await (const event of collective ? trainTogether(collective, run) : trainInFolder(run)) {
      yield event
      const text = event.type === 'ready' ? memoryText(event.memory, dataset) : undefined
      if (text !== undefined) yield { type: 'remark', text }
    }
  }
}

/** The report before training. */
async function reportOf(
  { family, spec, dataset, source, from }: PreparedRun,
  { out, own = {} }: TrainRequest,
): Promise<readonly Row[]> {
  const [[unit, amount]] = Object.entries(spec.budget) as [[string, number]]
  return [
    ...(await family.explain(spec, dataset, own)),
    ['adapters', spec.lora && adaptersText(spec.lora)],
    ['word', spec.word && wordText(spec.word)],
    ['from', source.path === dataset.name ? 'built in' : source.path],
    ['held out', heldOutText(source, dataset)],
    ['optimiser', optimiserText(spec)],
    ['keeps', spec.keepBest ? 'the weights that are best on the held-out items' : undefined],
    ['arithmetic', spec.arithmetic === 'int8' ? 'large products of the network in eight bits' : undefined],
    ['budget', `${amount} ${unit}${from === undefined ? '' : `, ${from.state.step} steps made`}`],
    ['out', out],
  ]
}

function optimiserText({ optimizer, batch, accumulate = 1, seed }: PreparedRun['spec']): string {
  const { name = 'adamw', momentum, rate, decay, ema } = optimizer
  const title = { adamw: 'AdamW', sgd: 'SGD', muon: 'Muon' }[name] ?? name
  const named = `${title}${momentum ? ` with momentum ${momentum}` : ''}`
  const average = typeof ema === 'number' ? '' : `, average of width ${ema.width}`
  return `${named}, rate ${rate}, ${decay}${average}, batch ${batch}${accumulate > 1 ? ` × ${accumulate}` : ''}, seed ${seed}`
}

function adaptersText({ rank, alpha, targets, text, base }: NonNullable<PreparedRun['spec']['lora']>): string {
  return `rank ${rank}, alpha ${alpha}, of ${targets.join(' and ')}${text ? ', of the text encoders too' : ''}; ${base.path ?? 'the model'} stays as it is`
}

function wordText({ token, vectors, from, base }: NonNullable<PreparedRun['spec']['word']>): string {
  const places = `${vectors} vector${vectors === 1 ? '' : 's'}`
  return `${token}, ${places}, begins as ${from ?? 'the mean of all words'}; ${base.path ?? 'the model'} stays as it is`
}

function heldOutText(
  { holdOut, holdOutManner = 'end', tokens }: PreparedRun['source'],
  { labels }: PreparedRun['dataset'],
): string | undefined {
  if (!holdOut) return undefined
  if (holdOutManner === 'end' || (tokens && 'tokenizer' in tokens)) return `the last ${holdOut * 100} %`
  return `${holdOut * 100} %${labels ? ' of each class' : ''}, at random`
}

/** Times a few steps and estimates the whole run; writes nothing. */
async function estimated(options: TrainOptions): Promise<Estimate> {
  const { spec, dataset } = options
  let [parameters, memory, msPerStep] = [0, 0, 0]
  const dry = { ...spec, keepBest: undefined, budget: { steps: drySteps } }
  for await (const event of train({ ...options, from: undefined, spec: dry })) {
    if (event.type === 'ready') ({ parameters, memory } = event)
    if (event.type === 'plan') ({ msPerStep } = event)
  }
  const steps =
    stepsOf(spec.budget, itemsPerStep(spec), dataset.length) ?? Math.floor(deadlineOf(spec.budget) / msPerStep)
  const epochs = (steps * itemsPerStep(spec)) / dataset.length
  return {
    spec,
    items: dataset.length,
    parameters,
    memory,
    msPerStep,
    steps,
    epochs,
    seconds: (steps * msPerStep) / 1000,
  }
}
