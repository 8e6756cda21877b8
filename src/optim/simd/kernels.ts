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
  lessInt,
  load,
  loop,
  mul,
  mulWide,
  root,
} from './assemble.ts'
import { set, small, splat, store, sub, tee, widen } from './assemble.ts'
import type { Code, Func } from './assemble.ts'

/** The kernels of one memory. Addresses and lengths are in bytes; lengths are multiples of 16. */
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
  /** Writes four sums of squares in double precision, of elements 0, 4, 8, …; 1, 5, 9, …; and so on. */
  squares(length: number, values: number, sums: number): void
}

/** `at + i` */
const place = (base: number, i: number): Code => [...get(base), ...get(i), ...addInt]

const adamw: Func = (() => {
  const [length, gradients, params, m, v, average] = [0, 1, 2, 3, 4, 5]
  const scalars = [6, 7, 8, 9, 10, 11, 12, 13]
  const i = 14
  // the eight numbers, four times each
  const [beta1, gain1, beta2, gain2, size, epsilon, decay, follow] = scalars.map((local) => get(local + 9))
  const [g, mean, square, old, moved] = [23, 24, 25, 26, 27]
  const read = (base: number): Code => [...place(base, i), ...load]
  const write = (base: number, value: readonly Code[]): Code => [...place(base, i), ...value.flat(), ...store]
  return {
    name: 'adamw',
    args: [...Array.from({ length: 6 }, () => 'int' as const), ...scalars.map(() => 'float' as const)],
    locals: ['int', ...Array.from({ length: 13 }, () => 'vector' as const)],
    body: [
      ...scalars.map((local) => [...get(local), ...splat, ...set(local + 9)]),
      loop(
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
        [...get(i), ...small(16), ...addInt, ...tee(i), ...get(length), ...lessInt],
      ),
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
        [...place(into, i), ...place(into, i), ...load, ...place(from, i), ...load, ...add, ...store],
        [...get(i), ...small(16), ...addInt, ...tee(i), ...get(length), ...lessInt],
      ),
    ],
  }
})()

const squares: Func = (() => {
  const [length, values, sums, i, x, front, back] = [0, 1, 2, 3, 4, 5, 6]
  const square = (two: Code, total: number): Code => [
    ...two,
    ...widen,
    ...tee(7),
    ...get(7),
    ...mulWide,
    ...get(total),
    ...addWide,
    ...set(total),
  ]
  return {
    name: 'squares',
    args: ['int', 'int', 'int'],
    locals: ['int', 'vector', 'vector', 'vector', 'vector'],
    body: [
      loop([...place(values, i), ...load, ...set(x)], square(get(x), front), square(lastTwo(x), back), [
        ...get(i),
        ...small(16),
        ...addInt,
        ...tee(i),
        ...get(length),
        ...lessInt,
      ]),
      [...get(sums), ...get(front), ...store],
      [...get(sums), ...small(16), ...addInt, ...get(back), ...store],
    ],
  }
})()

let compiled: WebAssembly.Module | undefined

/** The kernels on a memory. */
export function kernelsOn(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(assemble([adamw, accumulate, squares]))
  return new WebAssembly.Instance(compiled, { memory: { memory } }).exports as unknown as Kernels
}
