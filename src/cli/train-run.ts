/** What `tweedie train` prints during a run. */
import type { TrainRequest } from '../app/node/prepared-run.ts'
import type { TrainRunEvent } from '../app/node/train-run.ts'
import { trainRun } from '../app/node/train-run.ts'
import { estimateText, type Event, keptText, planText } from '../app/node/train-texts.ts'
import type { OwnParts } from '../families/family.ts'
import { sparkline } from '../files/io/terminal.ts'
import type { OptionValues } from '../options.ts'
import { bytes, duration, listenForInterrupt, note, print, printJson, style, table, thousands } from './common.ts'
import { type Progress, startProgress } from './common.ts'
import { follow, joined, together, toldStatus } from './train-ranks.ts'
import { quoted, type Verbosity } from './output.ts'
import { phases } from './progress.ts'

/** Options of the command line itself, which are not passed to the run. */
const faceOptions = new Set(
  'out resume force dryRun earlySamples ranks device threads json quiet debug color config'.split(' '),
)

/** What is shown so far. */
interface Display extends Verbosity {
  readonly progress: Progress
  readonly losses: number[]
  lossText: Event<'report'>['lossText']
  next: Event<'report'>['next']
  kept?: Event<'held-out'>
}

/**
 * Trains.
 *
 * @throws TweedieError if training is impossible
 */
export async function runTrain(data: string | undefined, values: OptionValues, own: OwnParts = {}): Promise<void> {
  const { out, resume, force, dryRun, earlySamples, ranks, device, threads, json, quiet } = values as FaceValues
  const options = Object.fromEntries(Object.entries(values).filter(([name]) => !faceOptions.has(name)))
  const collective = await joined()
  const asked = { data, out, resume, force, dryRun, ranks, earlySamples, device, threads, options, own }
  if (collective && collective.rank > 0) return follow(collective, asked)
  using interrupt = listenForInterrupt(() => note('stopping after this step (again: at once)', { quiet }))
  using reading = phases({ json, quiet })
  using progress = await startProgress('train', { json, quiet })
  const display: Display = { json, quiet, progress, losses: [], lossText: String, next: 'sample' }
  const { onProgress, onRemark } = reading
  const request = { ...asked, signal: interrupt.signal, onProgress, onRemark, collective }
  if (collective) note(together(collective), { quiet })
  for await (const event of trainRun(request)) {
    if (event.type === 'report') reading[Symbol.dispose]()
    if (json) printEvent(event)
    else show(event, display)
    if (event.type === 'end') finish(event, out!, display, interrupt.status ?? (collective && toldStatus))
  }
  await collective?.close()
}

type FaceValues = Verbosity &
  Pick<TrainRequest, 'out' | 'resume' | 'force' | 'dryRun' | 'earlySamples' | 'ranks' | 'device' | 'threads'>

/** Shows an event to people. */
function show(event: TrainRunEvent, display: Display): void {
  const { progress, losses } = display
  switch (event.type) {
    case 'report':
      Object.assign(display, { lossText: event.lossText, next: event.next })
      note(table(event.rows), display)
      return
    case 'ready':
      progress.say(`${thousands(event.parameters)} parameters, about ${bytes(event.memory)} of memory`)
      return
    case 'plan':
      progress.say(planText(event))
      return
    case 'step': {
      losses.push(event.loss)
      const recent = losses.slice(-50).reduce((sum, loss) => sum + loss, 0) / Math.min(50, losses.length)
      const loss = `loss ${display.lossText(recent)} ${sparkline(losses.slice(-400), 12)}`
      progress.update(event.step, event.total, loss)
      return
    }
    case 'held-out':
      Object.assign(display, { kept: event })
      return
    case 'remark':
      progress.say(event.text)
      return
    case 'samples':
      progress.say(`${event.early ? 'a first, rough picture' : 'samples'} at step ${event.step}: ${event.path}`)
      return
    case 'estimate':
      print(estimateText(event))
      note('a dry run: nothing was written', display)
  }
}

function finish(event: Event<'end'>, out: string, display: Display, status: number | undefined): void {
  const { reason, step, seconds } = event
  const { progress, losses, lossText, json, kept } = display
  progress.stop()
  if (reason === 'stopped') {
    const line = `tweedie train --resume --out ${quoted(out)}`
    note(`stopped at step ${step}; everything is saved. To continue:\n  ${line}`, display)
    process.exitCode = status ?? 130
    return
  }
  if (json) return
  const more = 'the budget was spent already: give more with --steps or --minutes'
  if (losses.length === 0) print(`${out} is finished: ${thousands(step)} steps were made before`)
  if (losses.length === 0) return note(more, display)
  const last = losses.slice(-100)
  const loss = last.reduce((sum, each) => sum + each / last.length, 0)
  const name = style('green', 'trained', process.stdout)
  print(`${name} ${out}: ${thousands(step)} steps in ${duration(seconds)}, loss ${lossText(loss)}`)
  if (kept) print(keptText(kept, lossText))
  note(`next: tweedie ${display.next} ${quoted(out)}`, display)
}

/** An event as a line of JSON; a dry run is one document. */
function printEvent(event: TrainRunEvent): void {
  switch (event.type) {
    case 'step':
    case 'report':
      return
    case 'estimate': {
      const { type: _, ...estimate } = event
      return printJson(estimate)
    }
    case 'log':
      return printJson({ type: 'log', ...event.line }, { lines: true })
    case 'checkpoint':
      return printJson({ type: 'checkpoint', step: event.checkpoint.state.step }, { lines: true })
    default:
      printJson(event, { lines: true })
  }
}
