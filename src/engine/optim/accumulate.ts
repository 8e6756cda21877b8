/** Sums of gradients. */
import { overArrays } from './simd/memory.ts'

/** `into += from`, in single precision, bit for bit the same on every machine. Fastest with arrays from `gathered`. */
export function accumulate(into: Float32Array, from: Float32Array): void {
  overArrays([from, into], 0, into.length, 1, (kernels, length, [source, target]) => {
    kernels.accumulate(length, source!, target!)
  })
}
