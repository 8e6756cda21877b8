/**
 * Trains the default U-Net and does nothing else: `train-alone.ts BATCH STEPS THREADS` prints the mean time of a step, after a
 * first one, and the most memory, as JSON.
 */
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { createTrainer } from '../src/app/train.ts'
import { timed } from './measure.ts'
import { datasetOf, specOf } from './models.ts'

const [batch, steps, threads] = process.argv.slice(2).map(Number) as [number, number, number]
using trainer = await createTrainer(specOf('unet', batch), datasetOf('unet'), await nodeEngine(), { threads })
await trainer.step(1_000_000) // the first one fetches memory
const times: number[] = []
for (let i = 0; i < steps; i++) times.push(await timed(() => trainer.step(1_000_000)))
const total = times.reduce((sum, each) => sum + each, 0)
console.log(JSON.stringify({ ms: total / steps, peakMB: process.resourceUsage().maxRSS / 1e3 }))
process.exit(0)
