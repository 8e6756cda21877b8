/** One run on the engine named in the first argument; prints the value. */
import { add, input } from '../../../src/engine/graph/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'

const engine = await nodeEngine({ prefer: process.argv[2] as 'capi' | 'binding' })
using program = await compile({ y: add(input('x', [1]), 1) }, engine, { threads: 1 })
const { y } = await program.run({ x: Float32Array.of(1) })
console.log(engine.name, y![0])
