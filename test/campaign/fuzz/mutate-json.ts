/** JSON that stays JSON, with a value of another type, a key that is gone, or one that nobody expects. */
import type { Dice } from './dice.ts'

type Holder = Record<string, unknown> | unknown[]

/** Values of other types; some are huge. */
const strange = (dice: Dice): unknown =>
  dice.pick<() => unknown>([
    () => null,
    () => [],
    () => ({}),
    () => '',
    () => 'x'.repeat(dice.pick([1, 300, 100_000])),
    () => -1,
    () => 0,
    () => 0.5,
    () => 1e9,
    () => 2 ** 31,
    () => 2 ** 53,
    () => 1e308,
    () => true,
    () => [null],
    () => [[[]]],
    () => Array.from({ length: 1000 }, () => 1e6),
    () => ({ length: 1e9 }),
    () => ({ __proto__: null, toString: 1 }),
    () => nest(dice.pick([10, 2000])),
    () => '__proto__',
    () => '../../etc/passwd',
    () => '(a+)+$',
    () => '\ud800',
  ])()

function nest(depth: number): unknown {
  let value: unknown = []
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

/** A worse text; undefined for what is no JSON object or list. Of a safetensors file, its header is the JSON. */
export function mutateJson(bytes: Uint8Array, dice: Dice): Uint8Array | undefined {
  const held = headerIn(bytes)
  const found = parsed(Buffer.from(held?.header ?? bytes).toString('utf8'))
  if (found === undefined) return undefined
  for (let n = dice.pick([1, 1, 2]); n > 0; n--) change(found, dice)
  const text = Buffer.from(JSON.stringify(found))
  if (held === undefined) return Uint8Array.from(text)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Uint8Array.from(Buffer.concat([length, text, held.rest]))
}

/** The JSON behind a length of eight bytes. */
function headerIn(bytes: Uint8Array): { readonly header: Uint8Array; readonly rest: Uint8Array } | undefined {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return undefined
  const length = Number(Buffer.from(bytes.subarray(0, 8)).readBigUInt64LE())
  if (length > bytes.length - 8) return undefined
  return { header: bytes.subarray(8, 8 + length), rest: bytes.subarray(8 + length) }
}

function parsed(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Holder) : undefined
  } catch {
    return undefined
  }
}

/** Text within a text that is JSON itself, as the metadata of a file have it, is changed as JSON half of the time. */
function change(root: Holder, dice: Dice): void {
  const places = placesIn(root)
  if (places.length === 0) return
  const [holder, name] = dice.pick(places)
  const at = holder as Record<string, unknown>
  const inner = typeof at[name] === 'string' ? parsed(at[name]) : undefined
  if (inner !== undefined && !dice.oneIn(3)) {
    change(inner, dice)
    at[name] = JSON.stringify(inner)
    return
  }
  switch (dice.below(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(name), 1)
      else delete at[name]
      return
    case 1:
      if (Array.isArray(holder)) holder.push(structuredClone(at[name]))
      else
        at[dice.pick(['__proto__x', 'constructor', 'length', name + name, 'toString', ''])] = structuredClone(at[name])
      return
    case 2:
      at[name] = structuredClone(dice.pick(places.map(([other, key]) => (other as Record<string, unknown>)[key])))
      return
    case 3:
      if (typeof at[name] === 'number') at[name] *= dice.pick([-1, 0, 1e3, 1e6, 1e12, 0.37])
      else at[name] = strange(dice)
      return
    default:
      at[name] = strange(dice)
  }
}

function placesIn(root: Holder): (readonly [holder: Holder, name: string])[] {
  const found: (readonly [Holder, string])[] = []
  const visit = (holder: Holder, depth: number): void => {
    for (const [name, value] of Object.entries(holder)) {
      if (found.length > 3000) return
      found.push([holder, name])
      if (typeof value === 'object' && value !== null && depth < 20) visit(value as Holder, depth + 1)
    }
  }
  visit(root, 0)
  return found
}
