/** A client of the Open Inference Protocol (v2, REST) over `fetch`: Triton, KServe, OpenVINO Model Server, `tweedie serve`. */
import { TweedieError } from '../../../errors.ts'
import { interrupted } from '../../../interrupted.ts'
import type { Body } from './inference-body.ts'
import { lengthHeader } from './inference-body.ts'

/** What is used of `fetch`. */
export type InferenceFetch = (
  url: string,
  request: {
    readonly method: 'GET' | 'POST'
    readonly headers: Record<string, string>
    readonly body?: Uint8Array<ArrayBuffer>
    readonly signal: AbortSignal
  },
) => Promise<{
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  arrayBuffer(): Promise<ArrayBuffer>
}>

/** Where a network lies, and how it is reached. */
export interface InferenceServer {
  /** Of the server, without `/v2`: `http://triton:8000`. */
  readonly url: string
  /** The name of the model there. */
  readonly model: string
  readonly version?: string | undefined
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined
  /** Seconds for one call, answer included; default 60. */
  readonly seconds?: number | undefined
  /** How often a call that the server had no room for (429, 503) is made again, as late as it says; default 5. */
  readonly retries?: number | undefined
  /** Whether tensors travel as raw bytes (default), or as JSON for servers without that extension. */
  readonly binary?: boolean | undefined
  /** Another `fetch`: with a proxy, or in a test. */
  readonly fetch?: InferenceFetch | undefined
}

/** A tensor as a server describes it; −1 is a free size. */
export interface DescribedTensor {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
}

/** What a server says of a model. */
export interface InferenceMetadata {
  readonly name: string
  readonly inputs: readonly DescribedTensor[]
  readonly outputs: readonly DescribedTensor[]
}

/** A client of one model. */
export interface InferenceClient {
  /** `model at http://…`, for messages. */
  readonly place: string
  /** @throws TweedieError as {@link InferenceClient.infer} */
  metadata(signal?: AbortSignal): Promise<InferenceMetadata>
  /**
   * One inference.
   *
   * @throws TweedieError `device` where the server cannot be reached, has no room or fails; `model` where it has no such model; `usage`
   * where it wants another token; `shape` where it refuses the tensors; `interrupted`
   */
  infer(body: Body, signal?: AbortSignal): Promise<Body>
}

/** The longest that is waited for a server that has no room, in seconds. */
const longestWait = 60

/** Makes a client; nothing is sent. @throws TweedieError `usage` for an address that is none */
export function inferenceClient({
  url,
  model,
  version,
  token,
  seconds = 60,
  retries = 5,
  fetch = (globalThis as unknown as { readonly fetch: InferenceFetch }).fetch,
}: InferenceServer): InferenceClient {
  if (!/^https?:\/\/[^/\s]/.test(url)) {
    throw new TweedieError('usage', `${JSON.stringify(url)} is no address of a server`, {
      hint: 'such as http://127.0.0.1:8033',
    })
  }
  const base = url.replace(/\/+$/, '').replace(/\/v2$/, '')
  const at = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`
  const path = `${base}/v2/models/${encodeURIComponent(model)}${at}`
  const place = `${model} at ${base}`
  /** Whether it has answered before: then a broken connection is worth another try. */
  let met = false

  /** One try. A server that is not reached is given back, not thrown. */
  const attempt = async (to: string, body: Body | undefined, signal: AbortSignal | undefined) => {
    const stop = new AbortController()
    const leave = (): void => stop.abort()
    let late = false
    const timer = setTimeout(() => {
      late = true
      stop.abort()
    }, 1000 * seconds)
    signal?.addEventListener('abort', leave)
    if (signal?.aborted) stop.abort()
    try {
      const response = await fetch(to, {
        method: body ? 'POST' : 'GET',
        headers: {
          accept: 'application/json, application/octet-stream',
          ...(body && {
            'content-type': body.jsonLength === undefined ? 'application/json' : 'application/octet-stream',
          }),
          ...(body?.jsonLength !== undefined && { [lengthHeader]: String(body.jsonLength) }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(body && { body: body.bytes }),
        signal: stop.signal,
      })
      const { status, headers } = response
      const bytes = new Uint8Array(await response.arrayBuffer())
      met = true
      return { ok: response.ok, status, headers, bytes }
    } catch (cause) {
      if (signal?.aborted) throw interrupted(signal)
      if (late) throw new TweedieError('device', `${place}: no answer after ${seconds} s`, { cause })
      return new TweedieError('device', `${place}: the server cannot be reached (${reasonOf(cause)})`, {
        hint: 'is it running, and is the address right?',
        cause,
      })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
    }
  }

  const call = async (to: string, body: Body | undefined, signal: AbortSignal | undefined): Promise<Body> => {
    for (let tried = 0; ; tried++) {
      const before = met
      const answer = await attempt(to, body, signal)
      if (answer instanceof Error) {
        if (!before || tried >= retries) throw answer
        await pause(0.25 * 2 ** tried, signal)
        continue
      }
      const { ok, status, headers, bytes } = answer
      if (ok) {
        const length = headers.get(lengthHeader)
        return { bytes, ...(length !== null && { jsonLength: Number(length) }) }
      }
      if ((status !== 429 && status !== 503) || tried >= retries) throw refused(place, status, bytes)
      const said = headers.get('retry-after')
      await pause(said !== null && /^\d+$/.test(said) ? Number(said) : 0.25 * 2 ** tried, signal)
    }
  }
  return {
    place,
    async metadata(signal) {
      const { bytes } = await call(path, undefined, signal)
      return metadataIn(bytes, place)
    },
    infer: (body, signal) => call(`${path}/infer`, body, signal),
  }
}

function refused(place: string, status: number, bytes: Uint8Array): TweedieError {
  const said = messageIn(bytes)
  const text = `${place}: ${said ?? `the server answered ${status}`}`
  if (status === 401 || status === 403) {
    return new TweedieError('usage', text, { hint: 'give the token of that server: `token`, or TWEEDIE_REMOTE_TOKEN' })
  }
  if (status === 404) return new TweedieError('model', text, { hint: 'is that the name of the model there?' })
  if (status === 429 || status === 503 || status >= 500) return new TweedieError('device', text)
  return new TweedieError('shape', text)
}

/** The message of an error, as the protocol has it or as problem details. */
function messageIn(bytes: Uint8Array): string | undefined {
  try {
    const { error, detail } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
    const said = error ?? detail
    return typeof said === 'string' ? said.slice(0, 500) : undefined
  } catch {
    return undefined
  }
}

function metadataIn(bytes: Uint8Array, place: string): InferenceMetadata {
  const wrong = (cause?: unknown): TweedieError =>
    new TweedieError('model', `${place}: what the server says of the model is not of the Open Inference Protocol`, {
      hint: 'the address is that of the server, without /v2',
      cause,
    })
  let said: Partial<Record<keyof InferenceMetadata, unknown>>
  try {
    said = Object(JSON.parse(new TextDecoder().decode(bytes))) as typeof said
  } catch (cause) {
    throw wrong(cause)
  }
  const listed = (list: unknown): readonly DescribedTensor[] => {
    if (!Array.isArray(list)) throw wrong()
    return (list as readonly unknown[]).map((each) => {
      const { name, datatype, shape } = Object(each) as Partial<DescribedTensor>
      if (typeof name !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape)) throw wrong()
      // some servers write sizes as text
      return { name, datatype, shape: shape.map(Number) }
    })
  }
  return { name: String(said.name), inputs: listed(said.inputs), outputs: listed(said.outputs) }
}

function reasonOf(cause: unknown): string {
  const { message, cause: deeper } = Object(cause) as { readonly message?: unknown; readonly cause?: unknown }
  const { code } = Object(deeper) as { readonly code?: unknown }
  return typeof code === 'string' ? code : String(message ?? cause)
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      reject(interrupted(signal!))
    }
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', end)
        resolve()
      },
      1000 * Math.min(seconds, longestWait),
    )
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
  })
}
