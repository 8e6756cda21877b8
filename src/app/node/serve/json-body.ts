/** The body of a request. */
import type { Limits } from './limits.ts'
import { ServeError } from './problem.ts'

/**
 * The body of a request as JSON.
 *
 * @throws ServeError 413 for a larger one, 415 for another type, 400 for what is no JSON
 */
export async function jsonBody(request: Request, { maxBody }: Limits): Promise<unknown> {
  const type = request.headers.get('content-type') ?? 'application/json'
  if (!/^application\/json\b/i.test(type)) {
    throw new ServeError(415, 'media-type', `the body is ${type}`, { hint: 'send application/json' })
  }
  const most = maxBody * 1e6
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge(maxBody)
  const parts: Uint8Array[] = []
  let size = 0
  // A body may be longer than it says, or not say.
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > most) throw tooLarge(maxBody)
    parts.push(part)
  }
  const text = Buffer.concat(parts).toString('utf8')
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new ServeError(400, 'json', `the body is no JSON: ${(error as Error).message}`)
  }
}

function tooLarge(maxBody: number): ServeError {
  return new ServeError(413, 'too-large', `the body is larger than ${maxBody} MB`)
}
