/**
 * A small assembler for WebAssembly, for loops over numbers, four at a time: an instruction is a list
 * of bytes, and a function is the list of its instructions.
 *
 * Reference: https://webassembly.github.io/spec/core/binary/
 */

/** Instructions, as bytes. */
export type Code = readonly number[]

/** A whole number in the variable-length form without sign. */
const whole = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...whole(value >>> 7)])

/** A whole number in the variable-length form with sign. */
const signed = (value: number): number[] =>
  value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]

const simd = (op: number, ...rest: number[]): Code => [0xfd, ...whole(op), ...rest]

export const get = (local: number): Code => [0x20, ...whole(local)]
export const set = (local: number): Code => [0x21, ...whole(local)]
export const tee = (local: number): Code => [0x22, ...whole(local)]
export const addInt: Code = [0x6a]
const lessInt: Code = [0x49]

/** A whole number of 32 bits. */
export const int = (value: number): Code => [0x41, ...signed(value | 0)]

/** For the end of a {@link loop}: `i += step`, and again while that is below the end. */
export const next = (i: number, step: number, end: number): Code => [
  ...get(i),
  ...int(step),
  ...addInt,
  ...tee(i),
  ...get(end),
  ...lessInt,
]

/** Runs its body again for as long as the body leaves something other than 0. */
export const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b]

/** Four single-precision numbers from and to any address, so many bytes behind the one on the stack. */
export const load = (offset = 0): Code => simd(0x00, 2, ...whole(offset))
export const store = (offset = 0): Code => simd(0x0b, 2, ...whole(offset))
/** Four copies of a single-precision number. */
export const splat: Code = simd(0x13)
export const [root, add, sub, mul, div] = [0xe3, 0xe4, 0xe5, 0xe6, 0xe7].map((op) => simd(op)) as [
  Code,
  Code,
  Code,
  Code,
  Code,
]
/** Four copies of a whole number. */
export const splatInt: Code = simd(0x11)
/** Four whole numbers below 2³¹. */
export const ints = (...four: readonly [number, number, number, number]): Code =>
  simd(0x0c, ...four.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff)))
/** On four whole numbers each: modulo 2³², bit by bit, and moved by as many bits as the number on the stack says. */
export const [addInts, or, xor, shiftLeft, shiftRight] = [0xae, 0x50, 0x51, 0xab, 0xad].map((op) => simd(op)) as [
  Code,
  Code,
  Code,
  Code,
  Code,
]
/** Four whole numbers without sign, rounded to single precision. */
export const toFloats: Code = simd(0xfb)
/** The first two numbers of two vectors in turn, or the last two: `a₀ b₀ a₁ b₁`. */
export const inTurn = (first: 0 | 2): Code =>
  simd(0x0d, ...[first, first + 4, first + 1, first + 5].flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)))

/** The first two of four numbers in double precision; and the last two brought to the front. */
export const widen: Code = simd(0x5f)
export const lastTwo = (local: number): Code => [
  ...get(local),
  ...get(local),
  ...simd(0x0d, ...Array.from({ length: 16 }, (_, i) => (i + 8) % 16)),
]
export const [addWide, mulWide] = [simd(0xf0), simd(0xf2)]

const types = { int: 0x7f, float: 0x7d, vector: 0x7b } as const

/** The type of an argument or a local variable; variables are numbered after the arguments. */
export type Type = keyof typeof types

/** A function without result. */
export interface Func {
  readonly name: string
  readonly args: readonly Type[]
  readonly locals: readonly Type[]
  readonly body: readonly Code[]
}

const list = (items: readonly Code[]): Code => [...whole(items.length), ...items.flat()]
const text = (value: string): Code => list(Array.from(value, (letter) => [letter.charCodeAt(0)]))
const section = (id: number, body: Code): Code => [id, ...whole(body.length), ...body]

/** `\0asm`, version 1. */
const header: Code = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** What an imported memory must be: of its own, at least a page; or shared between threads, with 65,536 pages at most. */
const memories: Readonly<Record<'own' | 'shared', Code>> = { own: [0, 1], shared: [3, 1, ...whole(65536)] }

/** A module of functions that work on an imported memory, `memory.memory`. */
export function assemble(functions: readonly Func[], memory: keyof typeof memories = 'own'): Uint8Array<ArrayBuffer> {
  const signatures = functions.map(({ args }) => [0x60, ...list(args.map((type) => [types[type]])), 0])
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, types[type]])), ...body.flat(), 0x0b]
    return [...whole(code.length), ...code]
  })
  return Uint8Array.from([
    ...header,
    ...section(1, list(signatures)),
    ...section(2, list([[...text('memory'), ...text('memory'), 2, ...memories[memory]]])),
    ...section(3, list(functions.map((_, i) => [i]))),
    ...section(7, list(functions.map(({ name }, i) => [...text(name), 0, i]))),
    ...section(10, list(bodies)),
  ])
}
