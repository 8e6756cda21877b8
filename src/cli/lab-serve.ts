/** What `tweedie lab` does: serve, say where, wait for Ctrl-C. */
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { serveLab } from '../app/node/lab/lab-server.ts'
import { TweedieError } from '../errors.ts'
import { listenForInterrupt, note, print, printJson } from './common.ts'
import type { CommonOptions } from './common.ts'

export interface LabValues extends CommonOptions {
  readonly port?: number
  readonly open?: boolean
}

/**
 * Serves the Lab until it is interrupted.
 *
 * @throws TweedieError `usage` for a folder that is not there or a port that is taken
 */
export async function runLab(folder: string | undefined, { port, open, json, quiet }: LabValues): Promise<void> {
  const shown = folder ?? (existsSync('runs') ? 'runs' : '.')
  if (statSync(shown, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new TweedieError('usage', `${shown}: no such folder`, { hint: 'name a folder that has runs in it' })
  }
  using interrupt = listenForInterrupt()
  await using server = await serveLab({ folder: shown, port })
  if (json) printJson({ url: server.url, folder: shown }, { lines: true })
  else print(server.url)
  note(`runs of ${shown}; Ctrl-C ends it`, { quiet })
  if (open) openInBrowser(server.url)
  await new Promise<void>((done) => interrupt.signal.addEventListener('abort', () => done()))
  process.exitCode = interrupt.status ?? 130
}

/** Asks the system to show a page. Where it cannot, the printed address does. */
function openInBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url]
  const child = spawn(program!, args, { stdio: 'ignore', detached: true })
  child.on('error', () => note('no browser was found: open the address yourself'))
  child.unref()
}
