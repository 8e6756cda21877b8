/** What `tweedie train` does. */
import { classCount } from '../files/data/dataset.ts'
import type { CategoricalDataset } from '../files/data/categorical.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'
import { TweedieError } from '../errors.ts'
import { readJson } from '../files/io/node/files.ts'
import { sparkline } from '../files/io/terminal.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import type { SessionOptions } from '../engine/runtime/session.ts'
import type { Checkpoint } from '../tools/train/checkpoint.ts'
import { defaultSpec } from '../families/values/defaults.ts'
import type { Choices } from '../families/values/defaults.ts'
import { defaultEmbeddedSpec } from '../families/embeddings/defaults.ts'
import { beginRun, readRun, requireFree } from '../tools/train/node/run-folder.ts'
import type { DataSource, Intervals } from '../tools/train/node/run-folder.ts'
import { digestOf, trainInFolder } from '../app/node/run.ts'
import type { RunEvent } from '../app/node/run.ts'
import { mainNetwork } from '../tools/train/parts.ts'
import { continuedSession } from '../tools/train/session-record.ts'
import { itemsPerStep } from '../tools/train/spec.ts'
import { deadlineOf, stepsOf } from '../tools/train/plan.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { problemOf } from '../families/problem-of.ts'
import { type AnyTrainSpec, isTokenSpec } from '../families/spec.ts'
import { defaultTokenSpec } from '../families/tokens/defaults.ts'
import { train } from '../app/train.ts'
import type { TrainOptions } from '../app/train.ts'
import { bytes, duration, listenForInterrupt, note, print, printJson, sessionOptions } from './common.ts'
import { startProgress, style, table, thousands, version } from './common.ts'
import type { Progress } from './common.ts'
import { openParts } from './open-data.ts'
import { kebab } from './option-name.ts'
import { trainReport } from './train-report.ts'
import { choicesOf, requireEffect, resumedSpec, sourceOf } from './train-choices.ts'
import { embeddedChoicesOf, embeds, tokenChoicesOf, tokenSourceOf } from './train-tokens.ts'
import type { TrainCommandOptions } from './train.ts'

/** A run that is ready to begin or to go on. */
interface Run {
  readonly spec: AnyTrainSpec
  readonly dataset: TrainData
  readonly source: DataSource
  readonly intervals: Intervals
  readonly from: Checkpoint | undefined
  readonly session: Pick<SessionOptions, 'device' | 'threads'>
}

/** Steps of a dry run: enough to know the pace. */
const drySteps = 12

/**
 * Trains.
 *
 * @throws TweedieError whatever makes it impossible
 */
export async function runTrain(data: string | undefined, options: TrainCommandOptions): Promise<void> {
  checkUsage(data, options)
  const { out, json } = options
  using interrupt = listenForInterrupt(() => note('stopping after this step (again: at once)', options))
  const run = await (options.resume ? resume(out!, data, options) : prepare(data!, options))
  const { spec, dataset, from, intervals } = run
  const engine = await nodeEngine()
  if (!json) note(trainReport({ ...run, out, stepsMade: from?.state.step }), options)
  const common = { spec, dataset, engine, from, ...run.session, signal: interrupt.signal }
  if (options.dryRun) return dryRun(common, options)

  const events = trainInFolder({ ...common, ...intervals, folder: out! })
  using progress = await startProgress('train', options)
  const losses: number[] = []
  const lossText = lossTextOf(spec)
  for await (const event of events) {
    if (json) printEvent(event)
    show(event, progress, { losses, lossText }, options)
    if (event.type !== 'end') continue
    progress.stop()
    finish(event, out!, { losses, lossText }, interrupt.status, options)
  }
}

function checkUsage(data: string | undefined, options: TrainCommandOptions): void {
  const { out, resume, force, dryRun, steps, epochs, minutes } = options
  if ([steps, epochs, minutes].filter((each) => each !== undefined).length > 1) {
    throw new TweedieError('usage', '--steps, --epochs and --minutes exclude each other: say one of them')
  }
  if (resume && force)
    throw new TweedieError('usage', '--resume continues a run and --force starts over: say one of them')
  if (out === undefined && !dryRun) {
    throw new TweedieError('usage', 'where should the model go?', { hint: '--out runs/NAME' })
  }
  if (data === undefined && !resume) {
    throw new TweedieError('usage', 'what should be learned?', {
      hint: "tweedie train DATA --out FOLDER, where DATA is a folder of images, a file or a built-in set such as 'glyphs'",
    })
  }
}

/** A new run. */
async function prepare(path: string, options: TrainCommandOptions): Promise<Run> {
  const { out, force = false, dryRun } = options
  const tokens = await tokenSourceOf(path, options)
  const source = tokens ?? sourceOf(path, options)
  const specOf = tokens ? tokenSpecOf(options) : valueSpecOf(options)
  if (!dryRun) await requireFree(out!, { force })
  const network = options.network === undefined ? undefined : await readNetwork(options.network)
  const { train: dataset } = await openParts(source, options)
  const spec = specOf(dataset, network)
  const intervals = intervalsOf(options)
  if (!dryRun)
    await beginRun(
      out!,
      { version, spec, data: source, digest: digestOf(dataset), intervals, session: sessionOptions(options) },
      { force },
    )
  return { spec, dataset, source, intervals, from: undefined, session: sessionOptions(options) }
}

/** From data and perhaps a network to a specification that they go with. */
type SpecOf = (dataset: TrainData, network: Choices['network']) => AnyTrainSpec

/** Contradictions among the options are told at once, the rest when the data are known. */
function valueSpecOf(options: TrainCommandOptions): SpecOf {
  const choices = choicesOf(options)
  return (dataset, network) => {
    const spec = defaultSpec({ ...(dataset as ArrayDataset), classes: classCount(dataset) }, { ...choices, network })
    requireEffect(options, spec, mainNetwork(problemOf(spec, dataset)))
    return spec
  }
}

function tokenSpecOf(options: TrainCommandOptions): SpecOf {
  if (embeds(options)) {
    const choices = embeddedChoicesOf(options)
    return (dataset, network) => {
      const spec = defaultEmbeddedSpec(dataset as CategoricalDataset, { ...choices, network })
      problemOf(spec, dataset)
      return spec
    }
  }
  const choices = tokenChoicesOf(options)
  return (dataset, network) => {
    const spec = defaultTokenSpec(dataset as CategoricalDataset, { ...choices, network })
    problemOf(spec, dataset)
    return spec
  }
}

/** A run that goes on. */
async function resume(folder: string, path: string | undefined, options: TrainCommandOptions): Promise<Run> {
  const fixed = Object.keys(options).filter((name) => !changeable.has(name))
  const { checkpoint, ...record } = await readRun(folder)
  const spec = resumedSpec((checkpoint?.spec ?? record.spec) as AnyTrainSpec, options)
  if (fixed.length > 0) {
    throw new TweedieError('usage', `--${kebab(fixed[0]!)} cannot change when a run is resumed`, {
      hint: '--steps, --epochs, --minutes and --rate can; everything else stays as it was',
    })
  }
  const source = { ...record.data, ...(path !== undefined && { path }) }
  const { train: dataset } = await openParts(source, options)
  if (digestOf(dataset) !== record.digest) {
    throw new TweedieError('data', `${source.path}: these are not the data that the run was started on`, {
      hint: `it was started on ${record.data.path}, which may have changed since`,
    })
  }
  problemOf(spec, dataset)
  return {
    spec,
    dataset,
    source,
    intervals: { ...record.intervals, ...intervalsOf(options) },
    from: checkpoint,
    session: continuedSession(record.session, options),
  }
}

/** How often what is kept, as far as it was said. */
function intervalsOf({ logEvery, checkpointEvery, sampleEvery }: TrainCommandOptions): Intervals {
  return {
    ...(logEvery !== undefined && { logEvery }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(sampleEvery !== undefined && { sampleEvery }),
  }
}

/** Options that a resumed run may be given. */
const changeable: ReadonlySet<string> = new Set(
  `out resume steps epochs minutes rate device threads checkpointEvery sampleEvery logEvery dryRun
   json quiet debug color`.split(/\s+/),
)

/** A network's configuration from a file; without a class it is a UNet2DModel. */
async function readNetwork(path: string): Promise<NonNullable<Choices['network']>> {
  const value = await readJson(path, 'model')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TweedieError('model', `${path}: a configuration is an object, such as {"block_out_channels": [64, 128]}`)
  }
  const { _class_name: className = 'UNet2DModel', ...config } = value as Record<string, unknown>
  return { className: String(className), config }
}

// ------------------------------------------------------------------------------------------------------- what is said

/** The losses so far, and how one is said. */
interface Losses {
  readonly losses: number[]
  readonly lossText: (loss: number) => string
}

/** A loss, and in bits what is a bound in nats. */
function lossTextOf(spec: AnyTrainSpec): Losses['lossText'] {
  const isBound = isTokenSpec(spec) && spec.process.objective === 'bound'
  return (loss) => loss.toFixed(4) + (isBound ? ` (${(loss / Math.LN2).toFixed(3)} bits/token)` : '')
}

/** Shows an event to people. */
function show(event: RunEvent, progress: Progress, { losses, lossText }: Losses, options: TrainCommandOptions): void {
  if (options.json) return
  switch (event.type) {
    case 'ready':
      progress.say(`${thousands(event.parameters)} parameters, about ${bytes(event.memory)} of memory`)
      return
    case 'plan':
      progress.say(planText(event))
      return
    case 'step': {
      losses.push(event.loss)
      const recent = losses.slice(-50).reduce((sum, loss) => sum + loss, 0) / Math.min(50, losses.length)
      progress.update(event.step, event.total, `loss ${lossText(recent)} ${sparkline(losses.slice(-400), 12)}`)
      return
    }
    case 'remark':
      progress.say(event.text)
      return
    case 'samples':
      progress.say(`samples at step ${event.step}: ${event.path}`)
  }
}

function planText({ total, epochs, msPerStep, step }: Extract<RunEvent, { type: 'plan' }>): string {
  const left = duration(((total - step) * msPerStep) / 1000)
  return `${msPerStep} ms a step: ${thousands(total)} steps, ${epochs} epochs, ${left} to go`
}

function finish(
  { reason, step, seconds }: Extract<RunEvent, { type: 'end' }>,
  out: string,
  { losses, lossText }: Losses,
  status: number | undefined,
  options: TrainCommandOptions,
): void {
  if (reason === 'stopped') {
    note(`stopped at step ${step}; everything is saved. To continue:\n  tweedie train --resume --out ${out}`, options)
    process.exitCode = status ?? 130
    return
  }
  if (options.json) return
  const loss = losses.slice(-100).reduce((sum, each, _, all) => sum + each / all.length, 0)
  print(
    `${style('green', 'trained', process.stdout)} ${out}: ${thousands(step)} steps in ${duration(seconds)}, loss ${lossText(loss)}`,
  )
  if (losses.length === 0) note('the budget was spent already: give more with --steps or --minutes', options)
  note(`next: tweedie sample ${out}`, options)
}

/** An event as a line of JSON. */
function printEvent(event: RunEvent): void {
  if (event.type === 'step') return
  if (event.type === 'log') return printJson({ type: 'log', ...event.line }, { lines: true })
  if (event.type !== 'checkpoint') return printJson(event, { lines: true })
  printJson({ type: 'checkpoint', step: event.checkpoint.state.step }, { lines: true })
}

/** Times a few steps and says what the whole would be; writes nothing. */
async function dryRun(run: Omit<TrainOptions, 'checkpointEvery'>, options: TrainCommandOptions): Promise<void> {
  const { spec, dataset } = run
  const result: Record<string, unknown> = { spec, items: dataset.length }
  for await (const event of train({ ...run, spec: { ...spec, budget: { steps: drySteps } } })) {
    if (event.type === 'ready') Object.assign(result, { parameters: event.parameters, memory: event.memory })
    if (event.type === 'plan') {
      const steps =
        stepsOf(spec.budget, itemsPerStep(spec), dataset.length) ??
        Math.floor(deadlineOf(spec.budget) / event.msPerStep)
      const epochs = (steps * itemsPerStep(spec)) / dataset.length
      Object.assign(result, { msPerStep: event.msPerStep, steps, epochs, seconds: (steps * event.msPerStep) / 1000 })
    }
  }
  if (options.json) return printJson(result)
  const { parameters, memory, msPerStep, steps, epochs, seconds } = result as Record<string, number>
  print(
    table([
      ['parameters', thousands(parameters!)],
      ['memory', `about ${bytes(memory!)}`],
      ['pace', `${msPerStep} ms a step`],
      ['budget', `${thousands(steps!)} steps, ${epochs!.toFixed(1)} epochs, ${duration(seconds!)}`],
    ]),
  )
  note('a dry run: nothing was written', options)
}
