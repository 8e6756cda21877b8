/**
 * What the Lab asks about runs, as JSON:
 *
 * - `api/lab` — the folder and the version
 * - `api/runs` — the list
 * - `api/run/NAME/log` — the lines of the log
 * - `api/run/NAME/card` — what `tweedie info` says, and the README
 * - `api/run/NAME/samples` — the names of pictures, and `…/samples/FILE` each of them
 * - `api/run/NAME/watch` — server-sent events: new lines of the log, new pictures
 * - `api/run/NAME/zip` — the folder
 */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, join, resolve } from 'node:path'
import { readLog } from '../../../tools/train/node/log-file.ts'
import { runPaths } from '../../../tools/train/node/run-folder.ts'
import { inspect } from '../inspect.ts'
import { version } from '../version.ts'
import { sendZip } from './folder-zip.ts'
import { listRuns, runFolder, within } from './run-list.ts'
import { sampleNames, watchRun } from './run-watch.ts'
import { sendFile } from './static-files.ts'

/** What an answer needs to know. */
export interface ApiSetting {
  readonly folder: string
  /** Aborted when the server closes. */
  readonly signal: AbortSignal
}

/** Answers a request below `api`. */
export async function answerApi(
  [what, name, part, file, ...rest]: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
  { folder, signal }: ApiSetting,
): Promise<void> {
  const json = (value: unknown): void =>
    void response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(value))
  const missing = (why: string): void =>
    void response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error: why }))
  if (what === 'lab' && name === undefined) return json({ version, folder: resolve(folder) })
  if (what === 'runs' && name === undefined) return json(await listRuns(folder))
  if (what !== 'run' || name === undefined || part === undefined || rest.length > 0) return missing('no such question')
  // The folder that is served may itself be a run; an address needs a name for it.
  const path = await runFolder(folder, name === '.' || name === '~' ? '' : name)
  if (path === undefined) return missing(`there is no run ${name}`)
  const { samples, log } = runPaths(path)
  if (part === 'samples' && file !== undefined) {
    // A link in the folder may not lead out of it.
    const inside = await within(samples, file)
    if (inside === undefined) return missing(`there is no picture ${file}`)
    return sendFile(samples, [file], request, response)
  }
  if (file !== undefined) return missing('no such question')
  switch (part) {
    case 'log':
      return json(readLog(log))
    case 'samples':
      return json(await sampleNames(samples))
    case 'card':
      return json(await cardOf(path))
    case 'watch':
      return watchRun(path, response, signal)
    case 'zip':
      return sendZip(path, basename(path), response)
    default:
      return missing('no such question')
  }
}

/** What a model is, for people. A folder that does not open says why. */
async function cardOf(path: string): Promise<object> {
  const readme = await readFile(join(path, 'README.md'), 'utf8').catch(() => undefined)
  try {
    const { facts, text } = await inspect(path)
    return { facts, text, readme }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error), readme }
  }
}
