/** Interrupts a scenario at a change, in this process, and looks at what is left. */
import { spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/cli/program.ts'
import { withJumpingClock } from './clock.ts'
import { begin, end, type Fault } from './faults.mjs'
import { bury, prepared, type RunLine } from './checks.ts'
import type { Scenario } from './scenarios.ts'

/** What was tried, and what went wrong. */
export interface Trial {
  readonly scenario: string
  readonly how: string
  readonly at: number
  readonly problem: string | undefined
}

/** A scenario with its folders: as it was before the line, and as it is after it. */
export interface Stage extends Disposable {
  readonly scenario: Scenario
  readonly before: string
  readonly whole: string
  /** The changes that the line makes. */
  readonly changes: number
}

/** A folder of its own. */
export const folder = (): string => mkdtempSync(join(tmpdir(), 'tweedie-campaign-'))

/** Runs a line in this process; nothing is printed. */
export const lineIn =
  (place: string): RunLine =>
  async (line) => {
    const [out, err, code] = [process.stdout.write, process.stderr.write, process.exitCode]
    let said = ''
    process.stdout.write = () => true
    process.stderr.write = (text: string | Uint8Array) => ((said += String(text)), true)
    try {
      return { status: await run(line.split(' ').map((word) => word.replaceAll('FOLDER', place))), said }
    } finally {
      Object.assign(process.stdout, { write: out })
      Object.assign(process.stderr, { write: err })
      process.exitCode = code
    }
  }

/** Makes the folders of a scenario. */
export async function staged(scenario: Scenario): Promise<Stage> {
  const [before, whole] = [folder(), folder()]
  for (const line of scenario.before) {
    if (await prepared(line, before)) continue
    const { status, said } = await lineIn(before)(line)
    if (status !== 0) throw new Error(`${line}: ${said}`)
  }
  cpSync(before, whole, { recursive: true })
  begin({ within: whole, at: Infinity, how: 'cut' })
  const { status, said } = await lineIn(whole)(scenario.line)
  const changes = end()
  if (status !== 0) throw new Error(`${scenario.line}: ${said}`)
  return {
    scenario,
    before,
    whole,
    changes,
    [Symbol.dispose]: () => {
      for (const each of [before, whole]) rmSync(each, { recursive: true, force: true })
    },
  }
}

/** Cuts the power at a change, within this process. */
export function cutAt(stage: Stage, at: number): Promise<Trial> {
  return tried(stage, 'cut', at, async (place, line) => {
    begin({ within: place, at, how: 'cut' })
    await lineIn(place)(line)
    end()
    bury(place)
  })
}

/** Lets the system refuse from a change on; the line has to end with an error that says so, and nothing may be broken. */
export function refusedAt(stage: Stage, how: Exclude<Fault['how'], 'kill' | 'cut'>, at: number): Promise<Trial> {
  return tried(stage, how, at, async (place, line) => {
    begin({ within: place, at, how })
    const { status, said } = await lineIn(place)(line)
    end()
    // the lock of a run is given back, so the folder is free for this process again
    bury(place)
    if (status === 0 && at <= 1) return undefined
    if (status === 0) return undefined
    return /not expected|injected/.test(said) || !/hint:/.test(said) ? `said: ${said}` : undefined
  })
}

/** Runs the line to its end, and what follows it, while the clock jumps: nothing may come of it. */
export function jumpedAt(stage: Stage, seed: number): Promise<Trial> {
  return withJumpingClock(seed, () =>
    tried(stage, 'clock', seed, async (place, line) => {
      const { status, said } = await lineIn(place)(line)
      return status === 0 ? undefined : `it ended with ${status}: ${said}`
    }),
  )
}

/** Whether this process may mount file systems. */
export function mayMount(): boolean {
  const place = folder()
  const may = mounted('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place)
  if (may) spawnSync('umount', [place])
  rmSync(place, { recursive: true, force: true })
  return may
}

/**
 * Runs the line on a disk of its own that has room for a share of what the line needs, in thousandths; then the disk grows, and everything has to
 * go on.
 */
export async function fullAt(stage: Stage, thousandths: number): Promise<Trial> {
  const place = folder()
  const [first, last] = [stage.before, stage.whole].map(roomOf) as [number, number]
  const size = first + Math.ceil(((last - first) * thousandths) / 1000)
  const trial = { scenario: stage.scenario.name, how: 'full disk', at: thousandths }
  if (!mounted('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place)) return { ...trial, problem: 'no mount' }
  try {
    cpSync(stage.before, place, { recursive: true })
    const { status, said } = await lineIn(place)(stage.scenario.line)
    const isTold = status === 0 || (/hint:/.test(said) && !/not expected/.test(said))
    mounted('-o', 'remount,size=64m', place)
    const problem = isTold ? await stage.scenario.check(place, stage.whole, lineIn(place)) : `said: ${said}`
    return { ...trial, problem }
  } finally {
    spawnSync('umount', [place])
    rmSync(place, { recursive: true, force: true })
  }
}

const mounted = (...words: readonly string[]): boolean => spawnSync('mount', words).status === 0

/** What the files of a folder take in pages, and a page for each name. */
function roomOf(path: string): number {
  const page = 4096
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(path, name)))
    .reduce((sum, found) => sum + (found.isFile() ? Math.ceil(found.size / page) * page : 0), page)
}

/** Interrupts a copy of the stage, and looks at what is left. */
export async function tried(
  stage: Stage,
  how: string,
  at: number,
  interrupt: (place: string, line: string) => Promise<string | undefined | void>,
): Promise<Trial> {
  const place = folder()
  try {
    cpSync(stage.before, place, { recursive: true })
    const said = await interrupt(place, stage.scenario.line)
    const problem = said ?? (await stage.scenario.check(place, stage.whole, lineIn(place)))
    return { scenario: stage.scenario.name, how, at, problem }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
