/** Texts in JSON: lines of JSON with a text each, or one list of them, as corpora are published. */
import { TweedieError } from '../../../errors.ts'

/** Names of the field that holds the text; any other is used if it is the only field of text. */
const fields = ['text', 'content', 'story', 'document', 'body']

/** Keys that hold the list where a file of JSON is an object. */
const lists = ['data', 'rows', 'texts', 'documents', 'train']

/**
 * The texts of lines of JSON. A line is a text in quotes, or an object with a field of text.
 *
 * @throws TweedieError `data` for a line that is not JSON, or has no text where others have one
 * @example
 * textsOfLines('{"text": "one"}\n{"text": "two"}') // ['one', 'two']
 */
export function textsOfLines(content: string, name: string): string[] {
  const lines = content.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [{ line, number: i + 1 }]))
  const rows = lines.map(({ line, number }) => ({
    place: `line ${number}`,
    value: parse(line, `${name}: line ${number}`),
  }))
  return textsOf(rows, name)
}

/**
 * The texts of one JSON value: a list of texts or of objects with a field of text, perhaps below a key such as `data`.
 *
 * @throws TweedieError `data` if it is not JSON or holds no texts
 */
export function textsOfJson(content: string, name: string): string[] {
  const value = parse(content, name)
  const list = Array.isArray(value) ? value : listIn(value)
  const rows = (list ?? [value]).map((each: unknown, i) => ({ place: `item ${i}`, value: each }))
  return textsOf(rows, name)
}

interface Row {
  readonly place: string
  readonly value: unknown
}

function textsOf(rows: readonly Row[], name: string): string[] {
  const field = fieldOf(rows, name)
  const texts = rows.map(({ place, value }) => {
    const text = typeof value === 'string' ? value : entry(value, field)
    if (typeof text === 'string') return text
    throw new TweedieError('data', `${name}: ${place} has no text${field === undefined ? '' : ` in "${field}"`}`)
  })
  return texts.filter((text) => text !== '')
}

/** The field of text that all rows have; undefined where they are texts themselves. */
function fieldOf([first]: readonly Row[], name: string): string | undefined {
  if (first === undefined) throw new TweedieError('data', `${name}: there is no text in it`)
  const { value } = first
  if (typeof value === 'string') return undefined
  const candidates = isObject(value) ? Object.keys(value).filter((key) => typeof value[key] === 'string') : []
  const found = fields.find((key) => candidates.includes(key)) ?? (candidates.length === 1 ? candidates[0] : undefined)
  if (found !== undefined) return found
  const what = isObject(value) ? `the fields ${Object.keys(value).slice(0, 8).join(', ')}` : JSON.stringify(value)
  throw new TweedieError('data', `${name}: ${first.place} has no text: ${what}`, {
    hint: `a field of text is called ${fields.join(', ')}, or is the only one of text`,
  })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const entry = (value: unknown, field: string | undefined): unknown =>
  field !== undefined && isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined

function listIn(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined
  return lists.map((key) => entry(value, key)).find((each) => Array.isArray(each))
}

function parse(content: string, name: string): unknown {
  try {
    return JSON.parse(content) as unknown
  } catch (cause) {
    throw new TweedieError('data', `${name}: no JSON: ${(cause as Error).message}`, { cause })
  }
}
