/** What `tweedie serve` does: serve, say where, end what was begun at Ctrl-C or SIGTERM. */
import { env } from 'node:process'
import type { LogEntry } from '../app/node/serve/log-entry.ts'
import { serveModels } from '../app/node/serve.ts'
import type { ServeOptions } from '../app/node/serve/serve-options.ts'
import { TweedieError } from '../errors.ts'
import type { OwnParts } from '../families/family.ts'
import { listenForInterrupt, note, print, printJson } from './common.ts'
import type { CommonOptions } from './common.ts'
import { safe } from './output.ts'
import { keepHeapSmall } from './steady-heap.ts'

export interface ServeValues extends CommonOptions, Omit<ServeOptions, 'models' | 'tokens' | 'memory'> {
  readonly token?: readonly string[]
  readonly memory?: string
  readonly drain?: number
}

/**
 * Serves models until it is interrupted.
 *
 * @throws TweedieError `usage` for an address that others reach without a token
 */
export async function runServe(
  models: readonly string[],
  { token = [], memory, drain, json, quiet, ...values }: ServeValues,
  own: OwnParts,
): Promise<void> {
  const tokens = [...token, ...(env['TWEEDIE_TOKEN'] ? [env['TWEEDIE_TOKEN']] : [])]
  const isLocal = values.host === undefined || /^(localhost|127\.[\d.]+|::1)$/.test(values.host)
  if (!isLocal && tokens.length === 0) {
    throw new TweedieError('usage', `\`host: ${values.host}\` is reached by other machines, and there is no token`, {
      hint: 'set TWEEDIE_TOKEN, or `token`',
    })
  }
  keepHeapSmall()
  using interrupt = listenForInterrupt()
  const log = (entry: LogEntry): void => {
    if (json) printJson({ event: 'request', ...entry }, { lines: true })
    else note(lineOf(entry), { quiet })
  }
  await using server = await serveModels({
    ...values,
    models,
    tokens,
    ...(memory !== undefined && { memory: bytesOf(memory) }),
    own,
    onLog: log,
    onRemark: (text) => note(text, { quiet }),
  })
  if (json) printJson({ event: 'listening', url: server.url, models: server.models }, { lines: true })
  else print(server.url)
  note(`serving ${server.models.join(', ')}; Ctrl-C ends it`, { quiet: quiet || json })
  await new Promise<void>((done) => interrupt.signal.addEventListener('abort', () => done()))
  note('ending: what was begun is answered, a second Ctrl-C stops at once', { quiet })
  await server.close(drain)
  process.exitCode = interrupt.status === 130 ? 130 : 0
}

/** `12:30:01 POST /v1/models/icons/draw 200 in 120 ms, 4 items` */
function lineOf({ time, method, path, status, ms, items, error }: LogEntry): string {
  const more = [items === undefined ? undefined : `${items} ${items === 1 ? 'item' : 'items'}`, error].filter(
    (each) => each !== undefined,
  )
  return [`${time.slice(11, 19)} ${method} ${safe(path)} ${status} in ${ms} ms`, ...more.map(safe)].join(', ')
}

/** @throws TweedieError `usage` for what is no size */
function bytesOf(typed: string): number {
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?) ?(?<unit>[MG])B?$/i.exec(typed)?.groups ?? {}
  if (number !== undefined) return Number(number) * (/m/i.test(unit!) ? 1e6 : 1e9)
  throw new TweedieError('usage', `\`memory: ${typed}\` is no size`, { hint: 'such as 800MB or 2GB' })
}
