/** Runs the command line as a process of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { built } from '../support/built.ts'

/** How a process ended, and what it said. */
export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under way. */
export interface Running {
  readonly ended: Promise<Ended>
  /** Resolves when the standard output has so many lines. */
  lines(count: number): Promise<void>
  /** The standard output so far. */
  printed(): string
  kill(signal: NodeJS.Signals): void
  /** Stops reading what it says, as `head` does. */
  stopReading(): void
}

/** Starts `tweedie` with these arguments. */
export function start(args: readonly string[], cwd = process.cwd()): Running {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env
  const child = spawn(process.execPath, [built('cli/main.js'), ...args], { cwd, env })
  let [stdout, stderr] = ['', '']
  const waiting: [count: number, resolve: () => void][] = []
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += String(chunk)
    const seen = stdout.split('\n').length - 1
    for (const [count, done] of waiting) if (seen >= count) done()
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)))
  const ended = new Promise<Ended>((done) => {
    child.on('close', (status, signal) => {
      for (const [, release] of waiting) release()
      done({ status, signal, stdout, stderr })
    })
  })
  return {
    ended,
    lines: (count) => new Promise((done) => waiting.push([count, done])),
    printed: () => stdout,
    kill: (signal) => void child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
  }
}

/** Runs `tweedie` to its end. */
export function tweedie(...args: string[]): Promise<Ended> {
  return start(args).ended
}

/** A folder that is gone after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Options of a model that trains in an instant: a perceptron for points. */
export const tinyPoints = ['moons', '--items', '64', '--batch', '16', '--widths', '8', '--depth', '1']

/** Options of a small U-Net for images with classes. */
export const tinyImages = 'glyphs --items 64 --batch 8 --widths 8,16 --patch 4 --levels 50'.split(' ')
