/**
 * `npm run bench`: the training step (data, noise, loss, gradients, AdamW, running average) and the sampling step of the
 * default U-Net, alternating with PyTorch's where there is one. `-- --json` prints one object.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { createDataset } from '../src/data/index.ts'
import { modelDenoiser } from '../src/model/denoiser.ts'
import { flops } from '../src/graph/passes/index.ts'
import { input, matmul } from '../src/graph/index.ts'
import { Scope } from '../src/nn/parameters.ts'
import { key, normal, uniform } from '../src/random/index.ts'
import { nodeEngine } from '../src/runtime/node.ts'
import { ddpm, dpmSolver, sampleFinal } from '../src/sample/index.ts'
import type { Sampler } from '../src/sample/index.ts'
import type { Denoiser } from '../src/denoise/denoiser.ts'
import { timesOf } from '../src/model/times.ts'
import { compile } from '../src/runtime/program.ts'
import { snapshot } from '../src/train/snapshot.ts'
import { createTrainer } from '../src/train/trainer.ts'
import type { TrainSpec } from '../src/train/spec.ts'
import { defaultPeer, findPython, timePeer } from './peer.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    peer: { type: 'string', default: defaultPeer },
  },
})
const [batch, rounds, threads] = [Number(values.batch), Number(values.rounds), Number(values.threads)]

const spec: TrainSpec = {
  seed: 0,
  batch,
  budget: { steps: 1_000_000 },
  patch: 1,
  flip: true,
  network: {
    className: 'UNet2DModel',
    config: {
      sample_size: 32,
      in_channels: 3,
      out_channels: 3,
      layers_per_block: 2,
      block_out_channels: [64, 128, 128],
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
      norm_num_groups: 32,
      attention_head_dim: null,
    },
  },
  objective: { parametrisation: 'epsilon', weighting: 'simple', labelDropout: 0 },
  noise: { table: 'linear', levels: 1000 },
  optimizer: { rate: 1e-4, warmup: 100, decay: 'constant', weightDecay: 0, clipNorm: 1, ema: 0.999 },
}

const engine = await nodeEngine()
const bytes = Uint8Array.from(uniform(key(0), new Float32Array(256 * 3072)), (u) => Math.floor(256 * u))
const dataset = createDataset({ name: 'noise', kind: 'image', shape: [3, 32, 32], data: bytes })

using trainer = await createTrainer(spec, dataset, engine, { threads })
const { network, layout } = trainer
const model = { ...snapshot(trainer, dataset), weights: trainer.state.params.slice() }
using denoiser = await modelDenoiser(model, engine, { batch, threads })
const x = normal(key(1), new Float32Array(batch * 3072))

const forwardFlops = flops([
  network.build(new Scope(), { x: input('x', [batch, ...network.inputShape]), t: input('t', [batch]) }),
])

const times: Record<'train' | 'sample' | 'peerTrain' | 'peerSample', number[]> = {
  train: [],
  sample: [],
  peerTrain: [],
  peerSample: [],
}
const train = (): Promise<unknown> => trainer.step(1_000_000)
const sample = async (): Promise<unknown> => denoiser.denoise(x, 0.5)
for (let i = 0; i < 4; i++) await train()
for (let i = 0; i < 3; i++) await sample()

const python = findPython(values.peer)
let torch: string | undefined
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < 3; i++) times.train.push(await timed(train))
  for (let i = 0; i < 3; i++) times.sample.push(await timed(sample))
  if (python === undefined) continue
  const peer = timePeer(python, values.peer, { batch, threads, runs: 3 })
  torch = peer.torch
  times.peerTrain.push(peer.train_step_ms.median)
  times.peerSample.push(peer.forward_ms.median)
}

const peak = await peakGflops()
const overhead = { 'dpm++-2m': await hostOverhead(dpmSolver()), ddpm: await hostOverhead(ddpm()) }
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]!.model.trim()} × ${cpus().length}`,
  node: process.version,
  engine: engine.name,
  torch,
  threads,
  batch,
  parameters: layout.size,
  memoryMB: Math.round(process.memoryUsage.rss() / 1e6),
  peakGflops: Math.round(peak),
  train: row(times.train, times.peerTrain, 3 * forwardFlops),
  sample: row(times.sample, times.peerSample, forwardFlops),
  /** What a sampler adds to the network's time, as a share of it: coefficients, noise, the loop. */
  overhead: Object.fromEntries(Object.entries(overhead).map(([name, ms]) => [name, ms / median(times.sample)])),
}

if (values.json) console.log(JSON.stringify(report, null, 2))
else {
  console.log(`${report.machine}, ${threads} threads, Node ${report.node}, engine ${report.engine}, ${report.date}`)
  console.log(
    `U-Net of ${(layout.size / 1e6).toFixed(2)} M parameters, 3×32×32, batch ${batch}; peak ${report.peakGflops} GFLOP/s; ${report.memoryMB} MB resident`,
  )
  for (const [name, { ms, gflops, peerMs, ratio }] of Object.entries({
    'training step': report.train,
    'sampling step': report.sample,
  })) {
    const peer =
      ratio === undefined
        ? 'no PyTorch here'
        : `PyTorch ${torch} ${peerMs!.toFixed(0)} ms: ${ratio.toFixed(2)}× as fast`
    console.log(`${name.padEnd(14)} ${ms.toFixed(0).padStart(6)} ms  ${gflops.toFixed(0).padStart(4)} GFLOP/s  ${peer}`)
  }
}
if (!values.json) {
  for (const [name, share] of Object.entries(report.overhead)) {
    console.log(`${name.padEnd(14)} adds ${(100 * share).toFixed(2)} % to a sampling step`)
  }
}
process.exit(0)

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

function row(ours: readonly number[], peers: readonly number[], work: number) {
  const ms = median(ours)
  const peerMs = peers.length > 0 ? median(peers) : undefined
  return { ms, gflops: work / ms / 1e6, peerMs, ratio: peerMs === undefined ? undefined : peerMs / ms }
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

/** Milliseconds that a sampler takes for a step of its own, around a denoiser that takes no time. */
async function hostOverhead(sampler: Sampler): Promise<number> {
  const idle: Denoiser = { schedule: model.schedule, shape: [3, 32, 32], denoise: (given) => given }
  const run = (): Promise<unknown> =>
    sampleFinal(idle, { sampler, times: timesOf(model.schedule, 50), batch, dtype: 'float32' })
  const all: number[] = []
  for (let i = 0; i < 5; i++) all.push((await timed(run)) / 50)
  return median(all)
}

/** The machine's best at a large product. */
async function peakGflops(): Promise<number> {
  const size = 1536
  const a = input('a', [size, size])
  using program = await compile({ y: matmul(a, input('b', [size, size])) }, engine, { threads })
  const feeds = { a: new Float32Array(size * size).fill(1), b: new Float32Array(size * size).fill(1) }
  using bound = program.bind(feeds, { y: new Float32Array(size * size) })
  const all: number[] = []
  for (let i = 0; i < 9; i++) all.push(await timed(() => bound.run()))
  return (2 * size ** 3) / Math.min(...all) / 1e6
}
