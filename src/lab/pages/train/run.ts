/** A run in the worker as the page sees it: followed, looked at, and told what to do. */
import type { KeptRun, RunEvent } from '../../../app/web/worker/protocol.ts'
import type { RemoteRun } from '../../../app/web/worker/remote-run.ts'
import type { NoiseSpec } from '../../../diffusion/noise/named.ts'
import type { LossLine } from '../../parts/curves.ts'
import { saidOf, sentence } from '../../said.ts'
import type { Choices } from './choices.ts'
import type { OpenData } from './data.ts'
import type { Look } from './look.ts'

export type Status = 'preparing' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed'

/** What is known of a run. It is written to as things happen; the page is told by `changed`. */
export interface SeenRun {
  readonly name: string
  /** Its colour. */
  readonly series: number
  readonly remote: RemoteRun
  /** What it was forked from, and where. */
  readonly from?: string | undefined
  /** Undefined for a run of another visit whose data are not open. */
  readonly data: OpenData | undefined
  readonly choices: Choices
  status: Status
  step: number
  total: number | undefined
  seconds: number
  parameters: number
  lines: LossLine[]
  remarks: string[]
  /** What ended it, and what to do. */
  problem: string | undefined
  kept: boolean | undefined
  noise: NoiseSpec | undefined
  look: Look | undefined
  /** Settles when the run is over and its last look was taken. */
  over: Promise<void>
}

export interface Following {
  changed(): void
  /** The time at which the score is shown; undefined where it is not. */
  fieldTime(): number | undefined
}

/** Follows a run to its end: its events, and a look now and then. */
export function follow(
  start: Pick<SeenRun, 'name' | 'series' | 'data' | 'choices'> &
    Partial<Pick<SeenRun, 'from' | 'kept'>> & { readonly lines?: LossLine[] },
  begin: (onEvent: (event: RunEvent) => void) => RemoteRun,
  { changed, fieldTime }: Following,
): SeenRun {
  const early: RunEvent[] = []
  let run: SeenRun | undefined
  const remote = begin((event) => {
    if (run === undefined) early.push(event)
    else take(run, event)
    changed()
  })
  run = {
    ...start,
    remote,
    status: 'preparing',
    step: start.lines?.at(-1)?.step ?? 0,
    total: start.choices.steps,
    seconds: 0,
    parameters: 0,
    lines: start.lines ?? [],
    remarks: [],
    problem: undefined,
    kept: start.kept,
    noise: undefined,
    look: undefined,
    over: Promise.resolve(),
  }
  for (const event of early) take(run, event)
  run.over = watched(run, changed, fieldTime)
  return run
}

function take(run: SeenRun, event: RunEvent): void {
  switch (event.type) {
    case 'report':
      run.noise = (event.spec as { noise?: NoiseSpec }).noise
      return
    case 'ready':
      Object.assign(run, {
        status: run.status === 'paused' ? 'paused' : 'running',
        step: event.step,
        parameters: event.parameters,
      })
      return
    case 'step':
      Object.assign(run, { step: event.step, total: event.total ?? run.total, seconds: event.seconds })
      return
    case 'plan':
      run.total = event.total
      return
    case 'log':
      run.lines = [...run.lines, event.line]
      return
    case 'remark':
      run.remarks = [...run.remarks, sentence(event.text)]
      return
    case 'checkpoint':
      run.kept = run.kept === true || event.kept
      return
    case 'paused':
      run.status = 'paused'
      return
    case 'resumed':
      run.status = 'running'
      return
    case 'end':
      Object.assign(run, { status: event.reason, step: event.step, seconds: event.seconds })
  }
}

/** Looks are taken after so many steps, and take at most a fifth of the time. */
const [firstLook, shareOfTime] = [40, 5]

async function watched(run: SeenRun, changed: () => void, fieldTime: Following['fieldTime']): Promise<void> {
  const life = { ended: false }
  const end = run.remote.end.then(
    () => void (life.ended = true),
    (error: unknown) => {
      life.ended = true
      Object.assign(run, { status: 'failed', problem: saidOf(error) })
      changed()
    },
  )
  let next = firstLook
  while (!life.ended) {
    await Promise.race([end, pause(150)])
    // A run that waits is looked at once, at the step where it waits.
    const due = run.status === 'running' ? run.step >= next : run.status === 'paused' && run.look?.step !== run.step
    if (life.ended || !due || run.step === 0) continue
    const began = performance.now()
    const from = run.step
    await lookOrSay(run, fieldTime())
    changed()
    const took = performance.now() - began
    await Promise.race([end, pause(Math.max(200, shareOfTime * took))])
    next = Math.max(from + firstLook, run.step)
  }
  if (run.status === 'finished' || run.status === 'stopped') await lookOrSay(run, fieldTime())
  changed()
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** A look that fails does not end the run; it is said once. */
export async function lookOrSay(run: SeenRun, time: number | undefined): Promise<void> {
  try {
    // What looks is loaded when there is something to see.
    const { lookAt } = await import('./look-at.ts')
    run.look = await lookAt(run, time)
  } catch (error) {
    run.remarks = [...new Set([...run.remarks, saidOf(error)])]
  }
}

/** The lines of the log of a kept run. */
export function linesOf(files: ReadonlyMap<string, Uint8Array>): LossLine[] {
  const bytes = files.get('log.jsonl')
  if (bytes === undefined) return []
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as LossLine]
      } catch {
        return []
      }
    })
}

/** The kept run of a name. */
export function keptNamed(kept: readonly KeptRun[], name: string): KeptRun | undefined {
  return kept.find((run) => run.name === name)
}
