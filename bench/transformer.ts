/**
 * `npx tsx bench/transformer.ts`: the training step (loss, gradients, AdamW, running average) and the sampling step of a
 * transformer over tokens, alternating with PyTorch's where there is one. `--json` prints one object, `--profile FILE` also
 * where the training step's time goes.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import {
  equal,
  constant,
  gradients,
  input,
  logSoftmax,
  mean,
  neg,
  reshape,
  sum,
  where,
} from '../src/engine/graph/index.ts'
import type { Tensor } from '../src/engine/graph/index.ts'
import { flops } from '../src/engine/graph/passes/index.ts'
import { initialize, parametersOf, Scope, tokenTransformer } from '../src/engine/nn/index.ts'
import { adamw } from '../src/engine/optim/index.ts'
import { integers, key } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { compile } from '../src/engine/runtime/program.ts'
import { findPython, peerNote, timePeer } from './peer.ts'
import { printProfile } from './profile.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batch: { type: 'string', default: '32' },
    length: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    peer: { type: 'string', default: 'bench/torch_transformer.py' },
    profile: { type: 'string' },
  },
})
const [batch, length, rounds, threads] = [values.batch, values.length, values.rounds, values.threads].map(Number) as [
  number,
  number,
  number,
  number,
]

const [vocabulary, states] = [65, 66]
const network = tokenTransformer({ length, vocab_size: vocabulary, num_states: states, neighbours: 0 })
const layout = parametersOf(network)
const engine = await nodeEngine()

const scope = new Scope()
const x = input('x', [batch, length], 'int32')
const logits = network.build(scope, { x, t: input('t', [batch]) })
const loss = crossEntropy(logits, input('clean', [batch, length], 'int32'))
const parameters = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
const outputs: Record<string, Tensor> = { loss }
gradients(loss, parameters).forEach((gradient, i) => (outputs[`gradient:${layout.specs[i]!.name}`] = gradient))

const params = initialize(layout, key(0))
const [slopes, average] = [new Float32Array(layout.size), params.slice()]
const optimizer = adamw({ weightDecay: 0.01, betas: [0.9, 0.99] })
const state = optimizer.init(layout.size)
const feeds = {
  x: integers(key(1), batch * length, 0, states),
  clean: integers(key(2), batch * length, 0, vocabulary),
}
const lossOut = new Float32Array(1)
using program = await compile(outputs, engine, { threads, ...(values.profile && { profile: values.profile }) })
const bound = program.bind({ ...feeds, ...named('', params) }, { loss: lossOut, ...named('gradient:', slopes) })
const train = async (): Promise<void> => {
  await bound.run()
  optimizer.update(params, slopes, state, 1e-3, { clipNorm: 1, ema: { average, decay: 0.999 } })
}

const constants = new Map(layout.specs.map(({ name }) => [name, layout.view(params, name)]))
using sampler = await compile({ logits }, engine, { threads, constants })
const sampling = sampler.bind({ x: feeds.x }, { logits: new Float32Array(batch * length * vocabulary) })
const sample = (): Promise<unknown> => Promise.resolve(sampling.run())

const times: Record<'train' | 'sample' | 'peerTrain' | 'peerSample', number[]> = {
  train: [],
  sample: [],
  peerTrain: [],
  peerSample: [],
}
for (let i = 0; i < 3; i++) await train()
for (let i = 0; i < 2; i++) await sample()
const python = findPython(values.peer)
let torch: string | undefined
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < 3; i++) times.train.push(await timed(train))
  for (let i = 0; i < 3; i++) times.sample.push(await timed(sample))
  if (python === undefined) continue
  const peer = timePeer(python, values.peer, { batch, length, threads, vocabulary, states, runs: 3 })
  torch = peer.torch
  times.peerTrain.push(peer.train_step_ms.median)
  times.peerSample.push(peer.forward_ms.median)
}

const work = flops([logits])
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0]!.model.trim()} × ${cpus().length}`,
  node: process.version,
  engine: engine.name,
  torch,
  threads,
  batch,
  length,
  parameters: layout.size,
  memoryMB: Math.round(process.memoryUsage.rss() / 1e6),
  loss: lossOut[0],
  train: row(times.train, times.peerTrain, 3 * work),
  sample: row(times.sample, times.peerSample, work),
}

bound.dispose()
sampling.dispose()
if (values.json) console.log(JSON.stringify(report, null, 2))
else {
  console.log(`${report.machine}, ${threads} threads, Node ${report.node}, engine ${report.engine}, ${report.date}`)
  if (torch !== undefined) console.log(peerNote)
  console.log(
    `TokenTransformer of ${(layout.size / 1e6).toFixed(2)} M parameters, length ${length}, batch ${batch}; ${report.memoryMB} MB resident`,
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
if (values.profile !== undefined) {
  program.dispose()
  printProfile(values.profile)
}
process.exit(0)

/** Mean over tokens of −log p(clean). */
function crossEntropy(of: Tensor, clean: Tensor): Tensor {
  const classes = constant(
    Int32Array.from({ length: vocabulary }, (_, i) => i),
    [vocabulary],
  )
  const chosen = equal(classes, reshape(clean, [batch, length, 1]))
  return neg(mean(sum(where(chosen, logSoftmax(of), 0), -1)))
}

/** Views of a flat array by parameter name. */
function named(prefix: string, flat: Float32Array): Record<string, Float32Array> {
  return Object.fromEntries(layout.specs.map(({ name }) => [prefix + name, layout.view(flat, name)]))
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

function row(ours: readonly number[], peers: readonly number[], floating: number) {
  const ms = median(ours)
  const peerMs = peers.length > 0 ? median(peers) : undefined
  return { ms, gflops: floating / ms / 1e6, peerMs, ratio: peerMs === undefined ? undefined : peerMs / ms }
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}
