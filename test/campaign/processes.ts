/** Interrupts a scenario in processes of their own: they are killed at a change of a file, or at a call of the system. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { RunLine } from './checks.ts'
import type { Fault } from './faults.d.mts'
import { type Stage, tried, type Trial } from './interrupt.ts'

const preload = resolve('test/campaign/preload.mjs')
const built = resolve('dist/cli/main.js')
const program = (): string[] => (existsSync(built) ? [built] : ['--import', 'tsx', resolve('src/cli/main.ts')])
const wordsOf = (line: string, place: string): string[] =>
  line.split(' ').map((word) => word.replaceAll('FOLDER', place))

/** The folder of the graph cache where a trial has one. */
export const cacheIn = (place: string): string => join(place, 'cache')

/** Runs lines in processes of their own, which keep graphs in the folder; `fault` happens to the first of them. */
export const apart =
  (place: string, cache: string, fault?: object): RunLine =>
  async (line) => {
    const env = { ...process.env, TWEEDIE_CACHE: cache, ...(fault && { TWEEDIE_FAULT: JSON.stringify(fault) }) }
    const words = [...(fault ? ['--import', preload] : []), ...program(), ...wordsOf(line, place)]
    const { signal, status, said } = await ended(process.execPath, words, env)
    return { status: signal === null ? status! : 128, said: signal === null ? said : signal }
  }

/** Kills a process of its own at a change. */
export function killedAt(stage: Stage, at: number, cache = (_: string) => 'off'): Promise<Trial> {
  return tried(stage, 'kill', at, async (place, line) => {
    const { status, said } = await apart(place, cache(place), { within: place, at, how: 'kill' })(line)
    return said === 'SIGKILL' || status === 0 ? undefined : `it ended with ${status}: ${said}`
  })
}

/** Lets the system refuse the cache of graphs from a change on: nothing may come of it. */
export function refusedCacheAt(stage: Stage, how: Fault['how'], at: number): Promise<Trial> {
  return tried(stage, how, at, async (place, line) => {
    const cache = cacheIn(place)
    const { status, said } = await apart(place, cache, { within: cache, at, how })(line)
    return status === 0 ? undefined : `it ended with ${status}: ${said}`
  })
}

/** The changes of a line below a part of its folder, in a process of its own. */
export async function changesOf(line: string, place: string, cache: string): Promise<number> {
  const { status, said } = await apart(place, cache, { within: place, how: 'cut', report: true })(line)
  const [, count] = /changes: (\d+)/.exec(said) ?? []
  if (status !== 0 || count === undefined) throw new Error(`${line}: ${said}`)
  return Number(count)
}

/** Kills a process at a call of the system, by strace. */
export function straced(stage: Stage, calls: string, at: number): Promise<Trial> {
  return tried(stage, `strace ${calls}`, at, async (place, line) => {
    const kill = ['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${at}`]
    const words = ['-f', '-qq', '-o', '/dev/null', ...kill, process.execPath, ...program(), ...wordsOf(line, place)]
    await ended('strace', words, { ...process.env, TWEEDIE_CACHE: cacheIn(place) })
    return undefined
  })
}

function ended(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ signal: NodeJS.Signals | null; status: number | null; said: string }> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)))
    child.on('error', fail)
    child.on('close', (status, signal) => done({ status, signal, said }))
  })
}
