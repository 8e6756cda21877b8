/**
 * JSON as Python writes it. Python's `json` prints `Infinity`, `-Infinity` and `NaN`, which `JSON.parse` refuses
 * (a `DPMSolverMultistepScheduler` has `"lambda_min_clipped": -Infinity`), and `JSON.parse` silently keeps the last
 * of two equal keys, which hides a broken file.
 */

import { type ErrorCode, TweedieError } from '../../errors.ts'

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const nonFinite = { NaN, Infinity, '-Infinity': -Infinity } as const
const marker = '\u0000number:'
/**
 * A string of JSON. A text that ends inside one matches to its end, so that no part of a text is ever tried twice: reading stays
 * linear in its length, whatever it holds.
 */
const string = String.raw`"[^"\\]*(?:\\[\s\S][^"\\]*)*"?`
const stringOrNonFinite = new RegExp(`${string}|-?Infinity|NaN`, 'g')
const stringOrBrace = new RegExp(`${string}|[{}]`, 'g')

/**
 * Parses JSON that lies in a file.
 *
 * @param source what to call it in errors
 * @throws TweedieError `code` for what is none
 */
export function parseJson(text: string, source: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TweedieError(code, `${source}: not JSON: ${(cause as Error).message}`, { cause })
  }
}

/** Parses JSON in which the bare words `NaN`, `Infinity` and `-Infinity` are numbers too. */
export function parsePythonJson(text: string): unknown {
  const quoted = text.replace(stringOrNonFinite, (token) =>
    token.startsWith('"') ? token : JSON.stringify(marker + token),
  )
  return JSON.parse(quoted, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(marker) && Object.hasOwn(nonFinite, value.slice(marker.length))
      ? nonFinite[value.slice(marker.length) as keyof typeof nonFinite]
      : value,
  )
}

/** Prints JSON as diffusers does: keys sorted, two spaces, numbers that are not finite as bare words, a final newline. */
export function formatPythonJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (typeof item === 'number' && !Number.isFinite(item)) return marker + String(item)
      return isPlainObject(item) ? Object.fromEntries(Object.entries(item).sort(byKey)) : item
    },
    2,
  )
  return text.replace(/"\\u0000number:(NaN|-?Infinity)"/g, '$1') + '\n'
}

/** The first key that occurs twice in one object of a valid JSON text, or `undefined`. */
export function findDuplicateKey(json: string): string | undefined {
  const objects: Set<string>[] = []
  const colon = /\s*:/y
  for (const { 0: token, index } of json.matchAll(stringOrBrace)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else {
      colon.lastIndex = index + token.length
      if (!colon.test(json)) continue
      const key = JSON.parse(token) as string
      const seen = objects.at(-1)!
      if (seen.has(key)) return key
      seen.add(key)
    }
  }
  return undefined
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
