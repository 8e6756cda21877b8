/** The reference evaluator. */
export { evaluate } from './evaluate.ts'
export type { Feed, Value } from './evaluate.ts'
