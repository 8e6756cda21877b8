/** A run while it goes on: what is new in its folder, as server-sent events. */
import { readdir, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { readLog } from '../../../tools/train/node/log-file.ts'
import { runPaths } from '../../../tools/train/node/run-folder.ts'
import { inUse } from '../../../tools/train/node/run-lock.ts'

/** Milliseconds between two looks. Files are looked at, since notices of changes get lost on some file systems. */
const every = 500

/** The pictures of a run, in the order of their steps. */
export async function sampleNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => /\.(png|svg|txt)$/i.test(name))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/**
 * Sends events until the client or the server leaves: `log` with all lines at first and the new ones later (`{ lines, anew }`; `anew`
 * where the log was begun again), `samples` with the names of all pictures, `state` with whether a process trains in the folder.
 */
export async function watchRun(folder: string, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { log, samples } = runPaths(folder)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let [size, step, pictures, busy] = [-1, 0, '', undefined as boolean | undefined]
  const send = (event: string, data: unknown): void =>
    void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const look = async (): Promise<void> => {
    const now = (await stat(log).catch(() => undefined))?.size ?? 0
    if (now !== size) {
      const lines = readLog(log)
      const anew = size < 0 || now < size
      const fresh = anew ? lines : lines.filter((line) => line.step > step)
      if (anew || fresh.length > 0) send('log', { lines: fresh, anew })
      ;[size, step] = [now, lines.at(-1)?.step ?? 0]
    }
    const names = await sampleNames(samples)
    if (names.join('\n') !== pictures || busy === undefined) send('samples', names)
    pictures = names.join('\n')
    const used = inUse(folder)
    if (used !== busy) send('state', { busy: used })
    busy = used
  }
  let looking = Promise.resolve()
  const timer = setInterval(() => (looking = looking.then(look, look)), every)
  timer.unref()
  const leave = (): void => {
    clearInterval(timer)
    signal.removeEventListener('abort', leave)
    response.end()
  }
  signal.addEventListener('abort', leave)
  response.on('close', leave)
  await look()
}
