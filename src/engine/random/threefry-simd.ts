/**
 * `threefryBlocks` four blocks at a time, in WebAssembly: the same bits in less than half the time, and fast from the first
 * call on. Without WebAssembly (a page may forbid it) the loop in JavaScript is used.
 */
import {
  addInts,
  assemble,
  get,
  int,
  ints,
  inTurn,
  load,
  loop,
  mul,
  next,
  or,
  set,
  shiftLeft,
  shiftRight,
  splat,
  splatInt,
  store,
  toFloats,
  xor,
} from '../simd/assemble.ts'
import type { Code, Func } from '../simd/assemble.ts'
import { parity } from './threefry.ts'

/** By how many bits y is rotated, round by round. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const

/** The words that the kernels write. */
export interface Bench {
  readonly words: Uint32Array
  /** The same memory. */
  readonly floats: Float32Array
  /** Writes at least `blocks` blocks from the first word on, as `threefryBlocks` does. The counter's low word must not overflow. */
  blocks(k0: number, k1: number, low: number, high: number, blocks: number): void
  /** Turns at least `count` words, in place, into uniform numbers in [0, 1), multiples of 2⁻²⁴. */
  uniform(count: number): void
}

/** Room for `capacity` words, a multiple of 8, and the kernels on it; undefined without WebAssembly. */
export function simdBench(capacity: number): Bench | undefined {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * capacity) / 65536) })
    const module = new WebAssembly.Module(assemble([threefry, uniform]))
    const { exports } = new WebAssembly.Instance(module, { memory: { memory } })
    const kernels = exports as unknown as {
      threefry(bytes: number, k0: number, k1: number, k2: number, low: number, high: number): void
      uniform(bytes: number, scale: number): void
    }
    return {
      words: new Uint32Array(memory.buffer, 0, capacity),
      floats: new Float32Array(memory.buffer, 0, capacity),
      blocks: (k0, k1, low, high, blocks) =>
        kernels.threefry(32 * Math.ceil(blocks / 4), k0, k1, k0 ^ k1 ^ parity, low, high),
      uniform: (count) => kernels.uniform(16 * Math.ceil(count / 4), 2 ** -24),
    }
  } catch {
    return undefined
  }
}

/** Four counters to eight words: x and y of each in turn. */
const threefry: Func = (() => {
  const [end, k0, k1, k2, low, high] = [0, 1, 2, 3, 4, 5] as const
  const at = 6
  // Keys, and what is added to y after every fourth round: the key in turn and the number of the turn.
  const [key0, key1, key2, counter, highs, x, y] = [7, 8, 9, 10, 11, 12, 13] as const
  const turns = [14, 15, 16, 17, 18] as const
  const four = (local: number): Code => [...get(local), ...splatInt]
  const rotate = (bits: number): Code => [
    ...get(y),
    ...int(bits),
    ...shiftLeft,
    ...get(y),
    ...int(32 - bits),
    ...shiftRight,
    ...or,
  ]
  const addTo = (local: number, what: Code): Code => [...get(local), ...what, ...addInts, ...set(local)]
  const keys = [key0, key1, key2]
  const rounds = turns.flatMap((inject, turn) => [
    ...[0, 1, 2, 3].flatMap((i) => [
      addTo(x, get(y)),
      [...rotate(rotations[(4 * turn + i) % 8]!), ...get(x), ...xor, ...set(y)],
    ]),
    addTo(x, get(keys[(turn + 1) % 3]!)),
    addTo(y, get(inject)),
  ])
  return {
    name: 'threefry',
    args: ['int', 'int', 'int', 'int', 'int', 'int'],
    locals: ['int', ...Array.from({ length: 12 }, () => 'vector' as const)],
    body: [
      [...four(k0), ...set(key0)],
      [...four(k1), ...set(key1)],
      [...four(k2), ...set(key2)],
      ...turns.map((inject, turn) => [
        ...get(keys[(turn + 2) % 3]!),
        ...int(turn + 1),
        ...splatInt,
        ...addInts,
        ...set(inject),
      ]),
      [...four(low), ...ints(0, 1, 2, 3), ...addInts, ...set(counter)],
      [...four(high), ...get(key1), ...addInts, ...set(highs)],
      loop(
        [...get(counter), ...get(key0), ...addInts, ...set(x)],
        [...get(highs), ...set(y)],
        ...rounds,
        [...get(at), ...get(x), ...get(y), ...inTurn(0), ...store(0)],
        [...get(at), ...get(x), ...get(y), ...inTurn(2), ...store(16)],
        [...get(counter), ...int(4), ...splatInt, ...addInts, ...set(counter)],
        next(at, 32, end),
      ),
    ],
  }
})()

const uniform: Func = (() => {
  const [end, scale, at] = [0, 1, 2] as const
  return {
    name: 'uniform',
    args: ['int', 'float'],
    locals: ['int'],
    body: [
      loop(
        [...get(at), ...get(at), ...load(), ...int(8), ...shiftRight, ...toFloats],
        [...get(scale), ...splat, ...mul, ...store()],
        next(at, 16, end),
      ),
    ],
  }
})()
