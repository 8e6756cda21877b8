/** Values as text, as Node's console prints them: so that what an example says that it prints is what the page shows. */

/** What `console.log` prints of its arguments. */
export function lineOf(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : format(value))).join(' ')
}

/** One value. Long arrays and deep objects are cut short. */
export function format(value: unknown, depth = 0): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", String.raw`\'`).replaceAll('\n', String.raw`\n`)}'`
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'function') return `[Function${value.name === '' ? ' (anonymous)' : `: ${value.name}`}]`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof Promise) return 'Promise { … }'
  if (depth > 2) return Array.isArray(value) ? '[Array]' : '[Object]'
  const inside = (each: unknown): string => format(each, depth + 1)
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = value as unknown as ArrayLike<number>
    return `${value.constructor.name}(${numbers.length}) ${list('[', filled(cut(Array.from(numbers), inside)), ']')}`
  }
  if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`
  if (Array.isArray(value)) return list('[', filled(cut(value, inside)), ']')
  if (value instanceof Map) {
    return `Map(${value.size}) ${list(
      '{',
      cut([...value], ([key, each]) => `${inside(key)} => ${inside(each)}`),
      '}',
    )}`
  }
  if (value instanceof Set) return `Set(${value.size}) ${list('{', cut([...value], inside), '}')}`
  const { name = '' } = (Object.getPrototypeOf(value) as object | null)?.constructor ?? {}
  const fields = Object.entries(value).map(
    ([key, each]) => `${/^[\w$]+$/.test(key) ? key : `'${key}'`}: ${inside(each)}`,
  )
  return `${name === 'Object' || name === '' ? '' : `${name} `}${list('{', fields, '}')}`
}

/** The first hundred items. */
function cut<T>(items: readonly T[], of: (item: T) => string): string[] {
  const shown = items.slice(0, 100).map(of)
  const more = items.length - shown.length
  return more > 0 ? [...shown, `... ${more} more item${more > 1 ? 's' : ''}`] : shown
}

/** Many short items share lines. */
function filled(items: readonly string[]): readonly string[] {
  const width = Math.max(...items.slice(0, -1).map((item) => item.length))
  if (items.length <= 6 || width > 24) return items
  const perLine = Math.max(1, Math.floor(74 / (width + 2)))
  return Array.from({ length: Math.ceil(items.length / perLine) }, (_, i) =>
    items.slice(i * perLine, (i + 1) * perLine).join(', '),
  )
}

/** On one line where it fits. */
function list(open: string, items: readonly string[], close: string): string {
  if (items.length === 0) return open + close
  const line = `${open} ${items.join(', ')} ${close}`
  if (line.length <= 76 && !line.includes('\n')) return line
  return `${open}\n${items.map((item) => `  ${item.replaceAll('\n', '\n  ')}`).join(',\n')}\n${close}`
}
