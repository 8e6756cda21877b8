/** Inputs made worse: bits, bytes, cuts, splices, numbers made huge, brackets nested, and JSON of other shapes. */
import type { Dice } from './dice.ts'
import { mutateJson } from './mutate-json.ts'

/** How bytes are made worse: `other` is another valid input of the same kind. */
type Mutation = (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array

/** Numbers that readers trip over. */
const numbers =
  '0 -1 1 2 -0 1e9 1e308 -1e308 1e400 4294967296 2147483648 -2147483649 9007199254740993 18446744073709551616 0.5 NaN Infinity null 1e-320 00 0x10'.split(
    ' ',
  )

const scraps = [
  '',
  '\0',
  '\n',
  '"',
  "'",
  '\\',
  ',',
  ';',
  ':',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '#',
  '%',
  '\u{feff}',
  '\u{d800}',
  '𝒙',
  '../',
  '__proto__',
  'constructor',
  'nan',
  'true',
]

const bits: Mutation = (bytes, dice) => {
  const out = bytes.slice()
  for (let n = 1 + dice.below(4); n > 0 && out.length > 0; n--) out[dice.below(out.length)]! ^= 1 << dice.below(8)
  return out
}

const someBytes: Mutation = (bytes, dice) => {
  const out = bytes.slice()
  for (let n = 1 + dice.below(8); n > 0 && out.length > 0; n--) out[dice.below(out.length)] = dice.below(256)
  return out
}

const cut: Mutation = (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1))

const removed: Mutation = (bytes, dice) => {
  const from = dice.below(bytes.length + 1)
  return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + dice.below(16)))
}

const repeated: Mutation = (bytes, dice) => {
  const from = dice.below(bytes.length + 1)
  const piece = bytes.subarray(from, from + 1 + dice.below(64))
  return joined(
    bytes.subarray(0, from),
    ...Array.from({ length: 2 + dice.below(30) }, () => piece),
    bytes.subarray(from),
  )
}

const spliced: Mutation = (bytes, dice, other) => {
  const from = dice.below(other.length + 1)
  const piece = other.subarray(from, from + 1 + dice.below(256))
  const at = dice.below(bytes.length + 1)
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at + (dice.oneIn(2) ? piece.length : 0)))
}

/** Two, four or eight bytes as the numbers that sizes and offsets should never be. */
const sizes: Mutation = (bytes, dice) => {
  const out = bytes.slice()
  const width = dice.pick([2, 4, 8])
  if (out.length < width) return out
  const at = dice.below(out.length - width + 1)
  const [first, last] = dice.pick([
    [0xff, 0xff],
    [0xff, 0x7f],
    [0, 0x80],
    [0, 0],
    [1, 0],
    [0, 0x40],
  ] as const)
  out.fill(first, at, at + width)
  out[dice.oneIn(2) ? at + width - 1 : at] = last
  return out
}

/** A number of a text becomes another. */
const digits: Mutation = (bytes, dice) => {
  const text = latin(bytes)
  const found = [...text.matchAll(/-?\d+(\.\d+)?(e[-+]?\d+)?/gi)]
  if (found.length === 0) return someBytes(bytes, dice, bytes)
  const { index, 0: old } = dice.pick(found)
  return unlatin(text.slice(0, index) + dice.pick(numbers) + text.slice(index + old.length))
}

const scrap: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length + 1)
  const piece = new TextEncoder().encode(dice.pick(scraps).repeat(dice.oneIn(4) ? 1 + dice.below(300) : 1))
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at + (dice.oneIn(2) ? piece.length : 0)))
}

const nested: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length + 1)
  const bracket = dice.pick(['[', '{"a":', '(', '{', '[[', '"'])
  return joined(
    bytes.subarray(0, at),
    new TextEncoder().encode(bracket.repeat(dice.pick([3, 60, 5000]))),
    bytes.subarray(at),
  )
}

const lines: Mutation = (bytes, dice) => {
  const all = latin(bytes).split('\n')
  const [from, to] = [dice.below(all.length), dice.below(all.length)]
  if (dice.oneIn(2)) [all[from], all[to]] = [all[to]!, all[from]!]
  else all.splice(from, dice.below(3), all[to]!)
  return unlatin(all.join('\n'))
}

const mutations: readonly Mutation[] = [
  bits,
  bits,
  someBytes,
  cut,
  removed,
  repeated,
  spliced,
  sizes,
  sizes,
  digits,
  digits,
  scrap,
  nested,
  lines,
]

/** A worse input: one to three mutations. Of JSON, half of them keep it JSON. */
export function mutate(bytes: Uint8Array, dice: Dice, other: Uint8Array): Uint8Array {
  let out = bytes
  for (let n = dice.pick([1, 1, 1, 2, 3]); n > 0; n--) {
    const reshaped = dice.oneIn(2) ? mutateJson(out, dice) : undefined
    out = reshaped ?? dice.pick(mutations)(out, dice, other)
  }
  return out.slice(0, 2 ** 20)
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces))
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const unlatin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
