/**
 * The first training step of a program that uses the built package, as its users do: no TypeScript is translated on the way.
 *
 *     node bench/first-step.mjs '{ "spec": …, "threads": 2 }'
 */
import { createTrainer, nodeEngine } from 'tweedie'
import { createDataset } from 'tweedie/data'
import { key, words } from 'tweedie/random'

const { spec, threads } = JSON.parse(process.argv[2])
const { in_channels: channels, sample_size: size } = spec.network.config
const data = new Uint8Array(words(key(0), new Uint32Array(64 * channels * size * size)).buffer)
const dataset = createDataset({ name: 'noise', kind: 'image', shape: [channels, size, size], data })
const trainer = await createTrainer(spec, dataset, await nodeEngine(), { threads })
const { loss } = await trainer.step(1_000_000)
if (!Number.isFinite(loss)) throw new Error(`loss ${loss}`)
process.exit(0)
