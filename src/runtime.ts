/** Programs and engines in Node: `engine/runtime`, which runs anywhere, and the native engine. */
export * from './engine/runtime/index.ts'
export * from './engine/runtime/node/index.ts'
