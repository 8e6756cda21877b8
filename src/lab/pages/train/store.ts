/** The runs of the page “Train”. They go on while other pages are looked at. */
import { effect, signal } from '@preact/signals'
import type { KeptRun } from '../../../app/web/worker/protocol.ts'
import { lost, tweedie } from '../../remote/tweedie.ts'
import { saidOf } from '../../said.ts'
import { type Choices, fitting, initialChoices, optionsOf } from './choices.ts'
import { builtInData, chosenCount, dataState, openData } from './data.ts'
import { text } from './text.ts'
import { follow, keptNamed, linesOf, lookOrSay, type SeenRun } from './run.ts'

/** Runs that are shown, the newest last: at most three. */
export const runs = signal<readonly SeenRun[]>([])
/** Counts up when something about a run changes: at most six times a second, however many steps are made. */
export const version = signal(0)
/** Runs that this browser keeps, or why it keeps none. */
export const kept = signal<readonly KeptRun[]>([])
export const keptProblem = signal<string | undefined>(undefined)
/** The time of the score field; undefined where it is not shown. */
export const fieldTime = signal<number | undefined>(undefined)
/** What went wrong outside of a run. */
export const problem = signal<string | undefined>(undefined)

const most = 3
let timer: ReturnType<typeof setTimeout> | undefined

function changed(): void {
  timer ??= setTimeout(() => {
    timer = undefined
    version.value++
  }, 160)
}

const following = { changed, fieldTime: () => fieldTime.peek() }

effect(() => {
  // The worker died: what was kept is listed by a new one.
  if (lost.value > 0) void refreshKept()
})

/** Adds a run to those that are shown; ended ones give way. */
function add(run: SeenRun): SeenRun {
  const others = runs.peek()
  const ended = others.filter(({ status }) => ['finished', 'stopped', 'failed'].includes(status))
  const leaving = others.length >= most ? (ended[0] ?? others[0]) : undefined
  if (leaving && !ended.includes(leaving)) void leaving.remote.stop().catch(() => undefined)
  runs.value = [...others.filter((each) => each !== leaving), run]
  void run.over.then(refreshKept)
  changed()
  return run
}

/** A colour that no other run has. */
function freeSeries(): number {
  const used = new Set(runs.peek().map(({ series }) => series))
  return [1, 0, 2, 3, 4].find((series) => !used.has(series)) ?? 1
}

/** Trains on the data that are open. */
export function begin(asked: Choices): SeenRun | undefined {
  const state = dataState.peek()
  if (state.status !== 'open') return undefined
  const choices = fitting(asked, state.data)
  problem.value = undefined
  const name = freeName(choices.data)
  return add(
    follow(
      { name, series: freeSeries(), data: state.data, choices },
      (onEvent) =>
        tweedie().train({
          data: state.data.remote,
          options: optionsOf(choices),
          name,
          logEvery: 10,
          checkpointEvery: 200,
          onEvent,
        }),
      following,
    ),
  )
}

/** A copy of a run from where it is, with another learning rate and more steps. */
export function fork(run: SeenRun, { rate, steps }: Choices): SeenRun {
  const name = freeName(`${run.name}-fork`)
  const choices = { ...run.choices, rate, steps: run.step + steps }
  const lines = run.lines.filter(({ step }) => step <= run.step)
  const from = `${run.name}, step ${run.step}`
  const start = { name, series: freeSeries(), data: run.data, choices, lines, from }
  return add(
    follow(
      start,
      (onEvent) => listening(run.remote.fork({ name, options: { rate, steps: choices.steps } }), onEvent),
      following,
    ),
  )
}

/** Goes on with a kept run. */
export async function resume(name: string, { paused = false } = {}): Promise<void> {
  try {
    problem.value = undefined
    const lines = linesOf(await tweedie().runFiles(name))
    const record = keptNamed(kept.peek(), name)
    const choices = choicesOf(record)
    const data = isBuiltIn(choices.data) ? await builtInData(choices.data) : undefined
    add(
      follow(
        { name, series: freeSeries(), data, choices, lines, kept: true },
        // One that is finished does not wait: it says so at once.
        (onEvent) => tweedie().resume(name, { paused: paused && !isOver(record, choices), onEvent }),
        following,
      ),
    )
  } catch (error) {
    problem.value = saidOf(error)
  }
}

const isOver = (record: KeptRun | undefined, { steps }: Choices): boolean => (record?.step ?? 0) >= steps

const isBuiltIn = (name: string): boolean => name in text.builtIn && name !== 'drawn' && name !== 'files'

/** Choices as a kept run has them; what the page has no control for stays with the run. */
function choicesOf(record: KeptRun | undefined): Choices {
  const { optimizer, seed, budget } = record?.spec ?? {}
  return {
    ...initialChoices,
    data: record?.data ?? initialChoices.data,
    ...(optimizer && { rate: optimizer.rate }),
    ...(seed !== undefined && { seed }),
    ...(record?.spec.keepBest && { keep: 'best' as const }),
    ...(budget && 'steps' in budget && { steps: budget.steps }),
  }
}

/** Hands on the events of a run that cannot be given a listener. */
function listening<T extends SeenRun['remote']>(remote: T, onEvent: (event: never) => void): T {
  void (async () => {
    try {
      for await (const event of remote) onEvent(event as never)
    } catch {
      // The end of the run says why.
    }
  })()
  return remote
}

/** Takes a run from the page; what is kept of it stays. */
export function remove(run: SeenRun): void {
  runs.value = runs.peek().filter((each) => each !== run)
  void run.remote.stop().catch(() => undefined)
}

/** Looks again: at another time, or with another view. */
export async function lookAgain(): Promise<void> {
  for (const run of runs.peek()) {
    if (run.status === 'running' || run.status === 'preparing' || run.status === 'failed') continue
    await lookOrSay(run, fieldTime.peek())
    changed()
  }
}

/** Reads the list of kept runs. */
export async function refreshKept(): Promise<void> {
  try {
    const { storage } = await tweedie().state()
    keptProblem.value = storage.kept ? undefined : storage.why
    kept.value = storage.kept ? await tweedie().runs() : []
  } catch (error) {
    keptProblem.value = saidOf(error)
  }
}

function freeName(data: string): string {
  const taken = new Set([...kept.peek(), ...runs.peek()].map(({ name }) => name))
  for (let i = 1; ; i++) if (!taken.has(`${data}-${i}`)) return `${data}-${i}`
}

/** Opens the data again when files were chosen. */
export function filesChosen(count: number, choices: Choices): void {
  chosenCount.value = count
  void openData(choices)
}
