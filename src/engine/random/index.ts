/** Random numbers: (seed, stream, index) → uniform, normal, integer; the same bits in Node and in every browser. */
export { type FloatArray, normal, rademacher, uniform, words } from './fill.ts'
export { integers, permutation } from './integers.ts'
export { fold, key, type Key } from './key.ts'
export { cosTurns, log, sinTurns } from './portable-math.ts'
