/** A rank that is killed, and one that is told to end: how long the others live, and what is left of the run. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { kill } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { ended, type Launcher, pidOf, start } from './launch.ts'

/** What happened. */
export interface Fault {
  readonly signal: 'SIGKILL' | 'SIGTERM'
  readonly seconds: number
  readonly status: number | null
  /** The step of the checkpoint that is left. */
  readonly step: number
  /** Whether the run that went on with it has the parameters of one that was never stopped. */
  readonly same: boolean
}

/**
 * Stops rank 1 of two, and goes on.
 *
 * @param train starts the training of a run of these many steps with a checkpoint after each; `--out` comes behind it
 */
export async function stopped(
  launcher: Launcher,
  signal: Fault['signal'],
  folder: string,
  train: (out: string) => readonly string[],
  resume: (out: string) => readonly string[],
): Promise<Fault> {
  const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')]
  for (const each of [whole, broken]) rmSync(each, { recursive: true, force: true })
  if ((await ended(start(launcher, 2, train(whole)))).status !== 0)
    throw new Error('the run that nothing stops has failed')
  const child = start(launcher, 2, train(broken))
  const end = ended(child)
  while (!hasBegun(broken)) await pause(20)
  const pid = pidOf(1, broken)
  if (pid === undefined) throw new Error('rank 1 is not there any more: more steps')
  const begin = performance.now()
  kill(pid, signal)
  const { status } = await end
  const seconds = (performance.now() - begin) / 1000
  const { state } = checkpointOf(broken)
  const resumed = await ended(start(launcher, 2, resume(broken)))
  if (resumed.status !== 0) throw new Error(`it cannot be resumed: ${resumed.said}`)
  const [left, right] = [whole, broken].map((each) => checkpointOf(each).state.params) as [Float32Array, Float32Array]
  return { signal, seconds, status, step: state.step, same: left.every((value, i) => value === right[i]) }
}

/** Whether there is a checkpoint behind the first step. */
function hasBegun(run: string): boolean {
  return existsSync(join(run, 'checkpoint.safetensors')) && checkpointOf(run).state.step > 0
}

/** The checkpoint of a run, checked by its checksum. */
export function checkpointOf(run: string) {
  return decodeCheckpoint(readFileSync(join(run, 'checkpoint.safetensors')), run)
}
