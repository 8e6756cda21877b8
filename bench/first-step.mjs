/**
 * The first training step of a program that uses the built package, as its users do: no TypeScript is translated on the way.
 * Prints what each part of it took by the clock, and the page faults until then.
 *
 *     node bench/first-step.mjs '{ "spec": …, "threads": 2, "steps": 1 }'     # `npm run bench:start` fills it in
 */
import { createTrainer, nodeEngine } from 'tweedie'
import { createDataset } from 'tweedie/data'
import { key, words } from 'tweedie/random'

let before = 0
const stamp = (part) => {
  const now = performance.now()
  const { minorPageFault } = process.resourceUsage()
  console.log(`${part.padEnd(18)} ${(now - before).toFixed(0).padStart(5)} ms, ${minorPageFault} page faults so far`)
  before = now
}

stamp('Node and modules')
const { spec, threads, steps } = JSON.parse(process.argv[2])
const { in_channels: channels, sample_size: size } = spec.network.config
const data = new Uint8Array(words(key(0), new Uint32Array(64 * channels * size * size)).buffer)
const dataset = createDataset({ name: 'noise', kind: 'image', shape: [channels, size, size], data })
const engine = await nodeEngine()
stamp('data, the runtime')
const trainer = await createTrainer(spec, dataset, engine, { threads })
stamp('the graph')
for (let step = 1; step <= steps; step++) {
  const { loss } = await trainer.step(1_000_000)
  if (!Number.isFinite(loss)) throw new Error(`loss ${loss}`)
  stamp(`step ${step}`)
}
console.log(`at the end ${performance.timeOrigin + performance.now()}`)
process.exit(0)
