/** Makes a few sessions, runs them, and says what memory large pages were asked for: mapped and in use, in kB. */
import { readFileSync } from 'node:fs'
import { add, exp, input } from '../../../src/engine/graph/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'

const size = 1024
const x = input('x', [size, size])
for (const i of [0, 1, 2]) {
  using program = await compile({ y: add(exp(x), i) }, await nodeEngine(), { threads: 1 })
  const { y } = await program.run({ x: new Float32Array(size * size) })
  if (y![5] !== 1 + i) throw new Error(`exp 0 + ${i} is ${y![5]}`)
}

const asked = readFileSync('/proc/self/smaps', 'utf8')
  .split(/\n(?=[0-9a-f]+-)/)
  .filter((mapping) => /^VmFlags:.* hg/m.test(mapping))
const sum = (field: string): number =>
  asked.reduce((all, mapping) => all + Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(mapping)![1]), 0)
console.log(JSON.stringify({ mapped: sum('Size'), used: sum('Rss') }))
