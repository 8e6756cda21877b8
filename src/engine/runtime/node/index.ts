/** Running programs in Node: the engine, and what the machine offers. */
export * from './describe-runtime.ts'
export * from './node-engine.ts'
