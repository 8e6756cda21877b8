/**
 * What it matters how many items of a batch go through the graph at a time: medians in turns.
 *
 *     npx tsx bench/portions.ts [--model unet|grey] [--batch 64] [--portions 8,16,32,64] [--rounds 4] [--threads 2]
 */
import { parseArgs } from 'node:util'
import { modelDenoiser } from '../src/compiled/denoiser.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { createTrainer } from '../src/app/train.ts'
import { median, timed } from './measure.ts'
import { datasetOf, modelOf, specOf } from './models.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'unet' },
    batch: { type: 'string', default: '64' },
    portions: { type: 'string', default: '8,16,32,64' },
    rounds: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
  },
})
if (values.model !== 'unet' && values.model !== 'grey') throw new Error(`there is no model ${values.model}`)
const name = values.model
const [batch, rounds, threads] = [values.batch, values.rounds, values.threads].map(Number) as [number, number, number]
const portions = values.portions.split(',').map(Number)
const engine = await nodeEngine()

await inTurns('training step', async (portion) => {
  const trainer = await createTrainer(specOf(name, batch), datasetOf(name), engine, { threads, portion })
  return () => trainer.step(1_000_000)
})
const model = await modelOf(name, engine, threads)
await inTurns('sampling step', async (portion) => {
  const denoiser = await modelDenoiser(model, engine, { batch, portion, threads })
  const x = normal(key(1), new Float32Array(batch * model.network.inputShape.reduce((a, b) => a * b)))
  return async () => denoiser.denoise(x, 0.5)
})
process.exit(0)

async function inTurns(title: string, make: (portion: number) => Promise<() => Promise<unknown>>): Promise<void> {
  const ways: { portion: number; run: () => Promise<unknown>; times: number[] }[] = []
  for (const portion of portions) ways.push({ portion, run: await make(portion), times: [] })
  for (const { run } of ways) await run()
  for (let round = 0; round < rounds; round++) {
    for (const { run, times } of ways) times.push(await timed(run))
  }
  for (const { portion, times } of ways) {
    console.log(`${title}, ${name}, batch ${batch} in portions of ${portion}: ${median(times).toFixed(0)} ms`)
  }
}
