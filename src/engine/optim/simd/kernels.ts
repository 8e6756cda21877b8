/**
 * The loops over parameters, four at a time, in single precision: the same bits on every machine, as WebAssembly
 * promises. Four times as fast as the same loop in JavaScript, and as fast as memory where the arrays share one.
 */
import {
  add,
  addInt,
  addWide,
  assemble,
  div,
  get,
  lastTwo,
  load,
  loop,
  mul,
  mulWide,
  root,
} from '../../simd/assemble.ts'
import { next, set, splat, store, sub, tee, widen } from '../../simd/assemble.ts'
import type { Code, Func } from '../../simd/assemble.ts'

/** The kernels of one memory. Addresses and lengths are in bytes; lengths are multiples of 64. */
export interface Kernels {
  /** One update: see `../adamw.ts` for the formula. */
  adamw(
    length: number,
    gradients: number,
    params: number,
    m: number,
    v: number,
    average: number,
    beta1: number,
    gain1: number,
    beta2: number,
    gain2: number,
    size: number,
    epsilon: number,
    decay: number,
    follow: number,
  ): void
  /** `into += from` */
  accumulate(length: number, from: number, into: number): void
  /** Adds to sixteen sums of squares in double precision: of elements 0, 16, 32, …; 1, 17, 33, …; and so on. */
  squares(length: number, values: number, sums: number): void
}

/** Elements in one turn of a loop, in vectors of four: the test at the end of a turn costs as much as a vector. */
const turn = [0, 16, 32, 48] as const

/** `at + i` */
const place = (base: number, i: number): Code => [...get(base), ...get(i), ...addInt]

const adamw: Func = (() => {
  const [length, gradients, params, m, v, average] = [0, 1, 2, 3, 4, 5]
  const scalars = [6, 7, 8, 9, 10, 11, 12, 13]
  const i = 14
  // the eight numbers, four times each
  const [beta1, gain1, beta2, gain2, size, epsilon, decay, follow] = scalars.map((local) => get(local + 9))
  const [g, mean, square, old, moved] = [23, 24, 25, 26, 27]
  const four = (offset: number): Code[] => {
    const read = (base: number): Code => [...place(base, i), ...load(offset)]
    const write = (base: number, value: readonly Code[]): Code => [...place(base, i), ...value.flat(), ...store(offset)]
    return [
      [...read(gradients), ...set(g)],
      write(m, [beta1!, read(m), mul, gain1!, get(g), mul, add, tee(mean)]),
      write(v, [beta2!, read(v), mul, gain2!, get(g), mul, get(g), mul, add, tee(square)]),
      [...read(params), ...set(old)],
      write(params, [
        get(old),
        [...decay!, ...get(old), ...mul],
        [...size!, ...get(mean), ...mul, ...get(square), ...root, ...epsilon!, ...add, ...div],
        add,
        sub,
        tee(moved),
      ]),
      [...read(average), ...set(old)],
      write(average, [get(old), follow!, get(moved), get(old), sub, mul, add]),
    ]
  }
  return {
    name: 'adamw',
    args: [...Array.from({ length: 6 }, () => 'int' as const), ...scalars.map(() => 'float' as const)],
    locals: ['int', ...Array.from({ length: 13 }, () => 'vector' as const)],
    body: [
      ...scalars.map((local) => [...get(local), ...splat, ...set(local + 9)]),
      loop(...turn.flatMap(four), next(i, 16 * turn.length, length)),
    ],
  }
})()

const accumulate: Func = (() => {
  const [length, from, into, i] = [0, 1, 2, 3]
  return {
    name: 'accumulate',
    args: ['int', 'int', 'int'],
    locals: ['int'],
    body: [
      loop(
        ...turn.map((offset) => [
          ...place(into, i),
          ...place(into, i),
          ...load(offset),
          ...place(from, i),
          ...load(offset),
          ...add,
          ...store(offset),
        ]),
        next(i, 16 * turn.length, length),
      ),
    ],
  }
})()

const squares: Func = (() => {
  const [length, values, sums, i, x, two] = [0, 1, 2, 3, 4, 5]
  // Of the elements at each offset of a turn two sums in double precision: of the first two and of the last two.
  const totals = turn.map((_, at) => [6 + 2 * at, 7 + 2 * at] as const)
  const square = (pair: Code, total: number): Code => [
    ...pair,
    ...widen,
    ...tee(two),
    ...get(two),
    ...mulWide,
    ...get(total),
    ...addWide,
    ...set(total),
  ]
  return {
    name: 'squares',
    args: ['int', 'int', 'int'],
    locals: ['int', ...Array.from({ length: 2 + 2 * turn.length }, () => 'vector' as const)],
    body: [
      ...totals.flat().map((total, at) => [...get(sums), ...load(16 * at), ...set(total)]),
      loop(
        ...totals.flatMap(([front, back], at) => [
          [...place(values, i), ...load(turn[at]), ...set(x)],
          square(get(x), front),
          square(lastTwo(x), back),
        ]),
        next(i, 16 * turn.length, length),
      ),
      ...totals.flat().map((total, at) => [...get(sums), ...get(total), ...store(16 * at)]),
    ],
  }
})()

const compiled: Partial<Record<'own' | 'shared', WebAssembly.Module>> = {}

/** The kernels on a memory of this package's own, or on one that threads of a runtime share. */
export function kernelsOn(memory: { readonly buffer: ArrayBufferLike }, kind: 'own' | 'shared' = 'own'): Kernels {
  compiled[kind] ??= new WebAssembly.Module(assemble([adamw, accumulate, squares], kind))
  return new WebAssembly.Instance(compiled[kind], { memory: { memory: memory as WebAssembly.Memory } })
    .exports as unknown as Kernels
}
