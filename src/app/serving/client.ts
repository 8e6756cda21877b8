/// <reference lib="esnext.disposable" preserve="true" />
/** A client of a server of models, for Node, browsers and every other runtime with `fetch`. */
import { TweedieError, type ErrorCode } from '../../errors.ts'
import type {
  BoundAnswer,
  BoundBody,
  DescribedAnswer,
  DrawBody,
  ItemBody,
  MadeAnswer,
  ModelsAnswer,
  ProblemAnswer,
  WalkBody,
} from './bodies.ts'

/** What is used of `fetch`. */
export type Fetch = (
  url: string,
  request: {
    readonly method: 'GET' | 'POST'
    readonly body?: string
    readonly headers: Record<string, string>
    readonly signal?: AbortSignal
  },
) => Promise<FetchedResponse>

/** What is used of a response. */
export interface FetchedResponse {
  readonly ok: boolean
  readonly status: number
  readonly statusText: string
  readonly headers: { get(name: string): string | null }
  readonly body: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
      cancel(): Promise<void>
    }
  } | null
  json(): Promise<unknown>
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}

/** How a server is reached. */
export interface ClientOptions {
  readonly token?: string | undefined
  /** Another `fetch`: with a proxy, or in a test. */
  readonly fetch?: Fetch | undefined
  /** How often a request that found a full queue is tried again, each time as late as the server says; default 3. */
  readonly retries?: number | undefined
}

/** How one call is made. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** How a picture of what was made is laid out. */
export interface PictureOptions extends CallOptions {
  readonly columns?: number | undefined
  readonly scale?: number | undefined
  readonly format?: 'png' | 'webp' | undefined
}

/** The progress of a drawing. */
export interface ServedProgress {
  readonly phase: string
  readonly done: number
  readonly total: number
  readonly unit?: string | undefined
  readonly step?: { readonly index: number; readonly total: number; readonly time: number } | undefined
  /** Base64 of a picture of the present state, now and then. */
  readonly png?: string | undefined
}

/** An event of a drawing that is watched. */
export type ServedEvent =
  | { readonly type: 'progress'; readonly progress: ServedProgress }
  | { readonly type: 'result'; readonly made: MadeAnswer }

/** An error that a server answered with. */
export class ServedError extends TweedieError {
  readonly status: number
  readonly problem: ProblemAnswer

  constructor(problem: ProblemAnswer) {
    super(codeOf(problem), problem.detail, { hint: problem.hint })
    this.status = problem.status
    this.problem = problem
  }
}

/** A client. */
export interface ModelClient {
  models(options?: CallOptions): Promise<ModelsAnswer['models']>
  model(name: string, options?: CallOptions): Promise<DescribedAnswer>
  /** Draws samples. */
  draw(model: string, request?: DrawBody, options?: CallOptions): Promise<MadeAnswer>
  /** Draws samples, as a picture of all of them. */
  picture(model: string, request?: DrawBody, options?: PictureOptions): Promise<Uint8Array<ArrayBuffer>>
  /** Draws samples, and tells how far it is. */
  watch(model: string, request?: DrawBody, options?: CallOptions): AsyncGenerator<ServedEvent>
  restore(model: string, request: ItemBody, options?: CallOptions): Promise<MadeAnswer>
  edit(model: string, request: ItemBody, options?: CallOptions): Promise<MadeAnswer>
  encode(model: string, request: WalkBody, options?: CallOptions): Promise<MadeAnswer>
  decode(model: string, request: WalkBody, options?: CallOptions): Promise<MadeAnswer>
  /**
   * What items cost: −log p of each, or what that is at most.
   *
   * @example
   * const { items } = await client.bound('digits', { items: [pixels], class: '7' })
   * items[0].bitsPerDim // { bound: 1.31 }
   */
  bound(model: string, request: BoundBody, options?: CallOptions): Promise<BoundAnswer>
}

/**
 * A client of `tweedie serve`.
 *
 * @param url of the server: `http://127.0.0.1:8033/`
 * @throws its calls throw {@link ServedError}, with the server's code, hint and status
 * @example
 * const client = createClient('http://127.0.0.1:8033/')
 * const { items } = await client.draw('icons', { count: 4, seed: 1, prompt: 'a red apple' })
 */
export function createClient(
  url: string,
  { token, fetch = (globalThis as unknown as { readonly fetch: Fetch }).fetch, retries = 3 }: ClientOptions = {},
): ModelClient {
  const base = url.endsWith('/') ? url : `${url}/`
  const call = async (
    path: string,
    accept: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<FetchedResponse> => {
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${base}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: {
          accept,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(signal && { signal }),
      })
      if (response.ok) return response
      if (response.status !== 429 || attempt >= retries) throw new ServedError(await problemIn(response))
      await response.arrayBuffer()
      await pause(Number(response.headers.get('retry-after') ?? 1), signal)
    }
  }
  const json = async <Answer>(path: string, body: unknown, { signal }: CallOptions = {}): Promise<Answer> =>
    (await (await call(path, 'application/json', body, signal)).json()) as Answer
  const of = (model: string, what: string): string => `v1/models/${encodeURIComponent(model)}/${what}`
  const making =
    <Body>(what: string) =>
    (model: string, body?: Body, options?: CallOptions): Promise<MadeAnswer> =>
      json<MadeAnswer>(of(model, what), body ?? {}, options)
  return {
    models: async (options) => (await json<ModelsAnswer>('v1/models', undefined, options)).models,
    model: (name, options) => json(`v1/models/${encodeURIComponent(name)}`, undefined, options),
    draw: making<DrawBody>('draw'),
    async picture(model, request = {}, { format = 'png', columns, scale, signal } = {}) {
      const layout = Object.entries({ columns, scale }).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${value}`],
      )
      const response = await call(`${of(model, 'draw')}?${layout.join('&')}`, `image/${format}`, request, signal)
      return new Uint8Array(await response.arrayBuffer())
    },
    async *watch(model, request = {}, { signal } = {}) {
      const response = await call(of(model, 'draw'), 'text/event-stream', request, signal)
      for await (const { event, data } of eventsOf(response)) {
        const value: unknown = JSON.parse(data)
        if (event === 'error') throw new ServedError(value as ProblemAnswer)
        if (event === 'progress') yield { type: 'progress', progress: value as ServedProgress }
        if (event === 'result') yield { type: 'result', made: value as MadeAnswer }
      }
    },
    restore: making<ItemBody>('restore'),
    edit: making<ItemBody>('edit'),
    encode: making<WalkBody>('encode'),
    decode: making<WalkBody>('decode'),
    bound: (model, request, options) => json(of(model, 'bound'), request, options),
  }
}

/** The events of a stream, as the standard of server-sent events has them. */
async function* eventsOf(response: FetchedResponse): AsyncGenerator<{ readonly event: string; readonly data: string }> {
  const decoder = new TextDecoder()
  const reader = response.body!.getReader()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      text += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const parts = text.split(/\r?\n\r?\n/)
      text = parts.pop()!
      for (const part of parts) {
        const fields = part.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line))
        const of = (name: string): string[] => fields.flatMap((field) => (field?.[1] === name ? [field[2]!] : []))
        yield { event: of('event')[0] ?? 'message', data: of('data').join('\n') }
      }
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function problemIn(response: FetchedResponse): Promise<ProblemAnswer> {
  const text = await response.text()
  try {
    const problem = JSON.parse(text) as ProblemAnswer
    if (typeof problem.detail === 'string') return problem
  } catch {
    // what stands before the server answers in its own way
  }
  const { status } = response
  return {
    type: 'about:blank',
    title: response.statusText,
    status,
    code: 'http',
    detail: `the server answered ${status}`,
  }
}

const codes: readonly ErrorCode[] = [
  'usage',
  'shape',
  'data',
  'model',
  'device',
  'diverged',
  'exists',
  'interrupted',
  'system',
]

function codeOf({ code, status }: ProblemAnswer): ErrorCode {
  const known = codes.find((each) => each === code)
  return known ?? (status < 500 ? 'usage' : status === 503 || status === 504 ? 'device' : 'internal')
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, 1000 * seconds)
    signal?.addEventListener('abort', end, { once: true })
  })
}
