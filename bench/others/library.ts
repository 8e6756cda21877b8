/** What takes part in the comparison: a library, and the ways to compute a task with it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Task } from './task.ts'

/** A task that is ready to run. */
export interface Trial {
  /** Computes it once; of training, one step. */
  run(): Promise<unknown>
  /** What the last run gave: the convolution or its gradient as `[N, C, S, S]` or `[O, C, 3, 3]`, or the loss before the step. */
  result(): Promise<Float32Array>
}

/** A backend or mode of a library. */
export interface Way {
  readonly name: string
  /** @throws whatever the library throws where it lacks something; so may the trial when it runs */
  prepare(task: Task): Promise<Trial>
}

/** A library with its ways. */
export interface Library {
  readonly name: string
  readonly version: string
  readonly ways: readonly Way[]
  /** Which way is timed, of those that give the right result. */
  readonly choose: 'first' | 'quickest'
}

/** A package that is no dependency of ours, or undefined where it is not installed. */
export async function optional<Module>(name: string): Promise<Module | undefined> {
  try {
    return (await import(name)) as Module
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** The version of an installed package whose entry lies in a folder of its own. */
export function versionOf(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name)
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}
