/** The rows of the benchmark. Each is measured in a process of its own: see `index.ts`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Denoiser } from '../src/diffusion/denoise/denoiser.ts'
import { input } from '../src/engine/graph/index.ts'
import { flops } from '../src/engine/graph/passes/index.ts'
import { dps } from '../src/diffusion/guidance/dps.ts'
import { averagePooling, observation } from '../src/diffusion/measure/index.ts'
import { modelDenoiser } from '../src/compiled/denoiser.ts'
import { generate } from '../src/families/values/generate.ts'
import { guidedModel } from '../src/families/values/guided.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import { modelVjp } from '../src/compiled/vjp.ts'
import type { Network } from '../src/engine/nn/network.ts'
import { conditionInputs } from '../src/engine/nn/condition-spec.ts'
import { Scope } from '../src/engine/nn/parameters.ts'
import { adamw } from '../src/engine/optim/adamw.ts'
import { gathered } from '../src/engine/optim/simd/memory.ts'
import { key, normal } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { ddpm, dpmSolver, sampleFinal } from '../src/diffusion/sample/index.ts'
import type { Sampler } from '../src/diffusion/sample/index.ts'
import { createTrainer } from '../src/app/train.ts'
import { alternate, median, peakGflops, timed } from './measure.ts'
import type { Outcome } from './measure.ts'
import { firstStep } from './first-step.ts'
import { datasetOf, modelOf, networks, specOf } from './models.ts'
import type { ModelName } from './models.ts'
import { findPython, keptMemory, mlpPeer, timePeer } from './peer.ts'

/** What a row is told. */
export interface Settings {
  readonly rounds: number
  readonly threads: number
  /** The script of the U-Net's peer. */
  readonly peer: string
}

/** What a row says. Ratios are above 1 where tweedie is better. */
export interface Row {
  readonly title: string
  readonly unit: 'ms' | 'MB' | 's' | 'GFLOP/s' | '% of a sampling step' | 'plain steps'
  readonly ours: number
  readonly peer?: number | undefined
  readonly ratio?: number | undefined
  /** The least ratio that is aimed at. */
  readonly goal?: number | undefined
  readonly gflops?: number | undefined
  /** Of the machine's own peak, measured in every round. */
  readonly share?: number | undefined
  readonly note?: string | undefined
}

/** All rows by name. */
export const rows: Readonly<Record<string, (settings: Settings) => Promise<Row>>> = {
  peak: async ({ threads }) => {
    const ours = await peakGflops(await nodeEngine(), threads)
    return { title: 'the machine: its largest product', unit: 'GFLOP/s', ours }
  },
  train16: (settings) => trainRow('unet', 16, settings),
  train64: (settings) => trainRow('unet', 64, settings),
  grey64: (settings) => trainRow('grey', 64, settings),
  mlp: mlpRow,
  sample1: (settings) => sampleRow(1, settings),
  sample16: (settings) => sampleRow(16, settings),
  sample64: (settings) => sampleRow(64, settings),
  cfg: guidedRow,
  guidedStep: guidedStepRow,
  dpsStep: dpsStepRow,
  memory64: memoryRow,
  scaling: (settings) => scalingRow('ms', settings),
  scalingMemory: (settings) => scalingRow('MB', settings),
  cold: coldRow,
  samplers: samplersRow,
}

const titles = { unet: 'U-Net, 3×32×32', grey: 'U-Net 32-64-64, 1×28×28', labels: 'U-Net', mlp: 'MLP' }

// ---------------------------------------------------------------------------------------------------- training

async function trainRow(name: ModelName, batch: number, settings: Settings): Promise<Row> {
  const { rounds, threads } = settings
  const engine = await nodeEngine()
  using trainer = await createTrainer(specOf(name, batch), datasetOf(name), engine, { threads })
  const step = (): Promise<unknown> => trainer.step(1_000_000)
  for (let i = 0; i < 2; i++) await step()
  const runs = batch > 16 ? 1 : 3
  const peer = peerOf(name, settings, { batch, runs }, ({ train_step_ms }) => train_step_ms.median)
  const result = await alternate({ rounds, runs, ours: step, peer, peak: peakOn(engine, threads) })
  const work = 3 * forwardFlops(trainer.network, batch)
  return { title: `training step, ${titles[name]}, batch ${batch}`, ...speed(result, work, 1.4) }
}

/** The step, and what of it is not the graph: batches, the optimiser, the way there and back. */
async function mlpRow(settings: Settings): Promise<Row> {
  const { rounds, threads } = settings
  const batch = 512
  const clock = { ms: 0 }
  const engine = clocked(await nodeEngine(), clock)
  using trainer = await createTrainer(specOf('mlp', batch), datasetOf('mlp'), engine, { threads })
  const step = (): Promise<unknown> => trainer.step(1_000_000)
  for (let i = 0; i < 20; i++) await step()
  const python = findPython(mlpPeer)
  const peer =
    python === undefined
      ? undefined
      : () => timePeer(python, mlpPeer, { batch, threads, runs: 30 }).train_step_ms.median
  const result = await alternate({ rounds, runs: 30, ours: step, peer, peak: peakOn(await nodeEngine(), threads) })
  const work = 3 * forwardFlops(trainer.network, batch)
  // An update of other arrays after each step finds the caches as the step's own does: full of what the graph left.
  const update = updateOf(trainer.layout.size)
  const [outside, updates]: [number[], number[]] = [[], []]
  for (let i = 0; i < 30 * rounds; i++) {
    clock.ms = 0
    outside.push((await timed(step)) - clock.ms)
    updates.push(await timed(update))
  }
  const note = `${median(outside).toFixed(2)} ms outside the graph; AdamW alone takes ${median(updates).toFixed(2)}`
  return { title: `training step, MLP 3 × 256, batch ${batch}`, ...speed(result, work, 1.5), note }
}

/** Updates of so many parameters, with clipping and running average. */
function updateOf(size: number): () => Promise<number> {
  const optimizer = adamw()
  const zeros = (): Float32Array => new Float32Array(size)
  const arrays = gathered({ params: zeros(), gradients: zeros().fill(0.01), average: zeros(), m: zeros(), v: zeros() })
  const { params, gradients, average, m, v } = arrays
  const state = { step: 0, slots: { m, v } }
  return async () => optimizer.update(params, gradients, state, 1e-4, { clipNorm: 1, ema: { average, decay: 0.999 } })
}

/** The engine, with a clock that adds up the time of its bound runs. */
function clocked(engine: Engine, clock: { ms: number }): Engine {
  return {
    ...engine,
    async createSession(model, options) {
      const session = await engine.createSession(model, options)
      return {
        ...session,
        bind(inputs, outputs) {
          const bound = session.bind(inputs, outputs)
          const run: typeof bound.run = async (runOptions) => {
            clock.ms += await timed(() => bound.run(runOptions))
          }
          return { ...bound, run }
        },
      }
    },
  }
}

// ---------------------------------------------------------------------------------------------------- sampling

async function sampleRow(batch: number, settings: Settings): Promise<Row> {
  const { rounds, threads } = settings
  const engine = await nodeEngine()
  const model = await modelOf('unet', engine, threads)
  using denoiser = await modelDenoiser(model, engine, { batch, threads })
  const x = normal(key(1), new Float32Array(batch * 3072))
  const ours = async (): Promise<unknown> => denoiser.denoise(x, 0.5)
  for (let i = 0; i < 3; i++) await ours()
  const runs = batch === 1 ? 20 : batch > 16 ? 1 : 3
  const peer = peerOf('unet', settings, { batch, runs }, ({ forward_ms }) => forward_ms.median)
  const result = await alternate({ rounds, runs, ours, peer, peak: peakOn(engine, threads) })
  const work = forwardFlops(model.network, batch)
  return { title: `sampling step, ${titles.unet}, batch ${batch}`, ...speed(result, work, 1.6) }
}

/** 16 images in 20 steps with classifier-free guidance, against two of the peer's forward passes a step. */
async function guidedRow(settings: Settings): Promise<Row> {
  const { rounds, threads } = settings
  const [batch, steps] = [16, 20]
  const engine = await nodeEngine()
  const model = await modelOf('labels', engine, threads)
  const options = { count: batch, batch, guidance: 2, times: timesOf(model.schedule, steps), threads }
  const run = (): Promise<unknown> => generate(model, engine, options)
  await run()
  const forwards = (ms: number): number => 2 * steps * ms
  const peer = peerOf('labels', settings, { batch, runs: 3 }, ({ forward_ms }) => forwards(forward_ms.median))
  const result = await alternate({
    rounds: Math.min(rounds, 5),
    runs: 1,
    ours: run,
    peer,
    peak: peakOn(engine, threads),
  })
  const work = 2 * steps * forwardFlops(model.network, batch)
  const title = `a guided run from start to end, ${batch} images in ${steps} steps`
  return { title, ...speed(result, work, 1.8) }
}

/** A step with classifier-free guidance, in steps without it: two evaluations in one. */
async function guidedStepRow({ rounds, threads }: Settings): Promise<Row> {
  const batch = 16
  const engine = await nodeEngine()
  const model = await modelOf('labels', engine, threads)
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10)
  using plain = await guidedModel(model, engine, {}, { batch, threads })
  using guided = await guidedModel(model, engine, { w: 2 }, { batch, threads })
  const context = { conditions: { labels } }
  const x = normal(key(1), new Float32Array(batch * 3072))
  const result = await inTurns(
    rounds,
    async () => guided.denoiser.denoise(x, 0.5, context),
    async () => plain.denoiser.denoise(x, 0.5, context),
  )
  return { title: `a step with guidance by class, ${titles.labels}, batch ${batch}`, ...inPlainSteps(result, 'aim 2') }
}

/** A step of DPS, in evaluations of the network: one more, and its gradient. */
async function dpsStepRow({ rounds, threads }: Settings): Promise<Row> {
  const batch = 16
  const engine = await nodeEngine()
  const measured = async (name: 'unet' | 'grey') => {
    const model = await modelOf(name, engine, threads)
    using denoiser = await modelVjp(model, engine, { batch, threads })
    const { shape } = denoiser
    const size = shape.reduce((a, b) => a * b)
    const operator = averagePooling(shape, 4)
    const observed = observation(operator, new Float64Array(size / 16), 0.05)
    const x = normal(key(1), new Float32Array(batch * size))
    const problem = { sampler: dps(observed), times: [0.5, 0.499], batch, x }
    return await inTurns(
      rounds,
      () => sampleFinal(denoiser, problem),
      async () => denoiser.denoise(x, 0.5),
    )
  }
  const [large, small] = [await measured('unet'), await measured('grey')]
  const note = `${small.ratio.toFixed(2)} of ${titles.grey}, whose misfit is in the graph`
  return { title: `a step of DPS, ${titles.unet}, batch ${batch}`, ...inPlainSteps(large, note) }
}

/** What one of two tasks costs. */
interface InTurns {
  readonly ms: number
  readonly plainMs: number
  /** The median over rounds: what slows the machine down for a while slows both. */
  readonly ratio: number
}

/** Two tasks in turns, in one process. */
async function inTurns(rounds: number, task: () => Promise<unknown>, plain: () => Promise<unknown>): Promise<InTurns> {
  for (const each of [task, plain, task, plain]) await each()
  const all: (readonly [ms: number, plainMs: number])[] = []
  for (let round = 0; round < 2 * rounds; round++) all.push([await timed(task), await timed(plain)])
  return {
    ms: median(all.map(([ms]) => ms)),
    plainMs: median(all.map(([, plainMs]) => plainMs)),
    ratio: median(all.map(([ms, plainMs]) => ms / plainMs)),
  }
}

function inPlainSteps({ ms, plainMs, ratio }: InTurns, note: string): Pick<Row, 'unit' | 'ours' | 'note'> {
  return { unit: 'plain steps', ours: ratio, note: `${ms.toFixed(0)} and ${plainMs.toFixed(0)} ms; ${note}` }
}

/** What a sampler adds to the network's time: coefficients, noise, the loop. */
async function samplersRow({ threads }: Settings): Promise<Row> {
  const engine = await nodeEngine()
  const batch = 16
  const model = await modelOf('unet', engine, threads)
  using denoiser = await modelDenoiser(model, engine, { batch, threads })
  const x = normal(key(1), new Float32Array(batch * 3072))
  const steps: number[] = []
  for (let i = 0; i < 5; i++) steps.push(await timed(async () => denoiser.denoise(x, 0.5)))
  const idle: Denoiser = { schedule: model.schedule, shape: [3, 32, 32], denoise: (given) => given }
  const add = async (sampler: Sampler): Promise<number> => {
    const run = (): Promise<unknown> =>
      sampleFinal(idle, { sampler, times: timesOf(model.schedule, 50), batch, dtype: 'float32' })
    const all: number[] = []
    for (let i = 0; i < 5; i++) all.push((await timed(run)) / 50)
    return (100 * median(all)) / median(steps)
  }
  const [solver, ancestral] = [await add(dpmSolver()), await add(ddpm())]
  const note = `DDPM ${ancestral.toFixed(2)}`
  return { title: 'what DPM-Solver++(2M) adds to the network', unit: '% of a sampling step', ours: solver, note }
}

// ---------------------------------------------------------------------------------------------------- memory, start

/** The most memory that a process held which trains and does nothing else. */
async function memoryRow(settings: Settings): Promise<Row> {
  const ours = trainAlone(64, 3, settings).peakMB
  // Memory that is kept counts as memory that is used: the peer's allocator is as it comes.
  const peer = peerOf('unet', settings, { batch: 64, runs: 2 }, ({ peakMB }) => peakMB, {})?.()
  const ratio = peer === undefined ? undefined : peer / ours
  return { title: `memory at the most, training, ${titles.unet}, batch 64`, unit: 'MB', ours, peer, ratio, goal: 1 }
}

/** Batch 256 against sixteen times batch 16, in turns: a ratio of 1 is linear. */
async function scalingRow(unit: 'ms' | 'MB', settings: Settings): Promise<Row> {
  const rounds = Array.from({ length: Math.min(settings.rounds, 3) }, () => {
    const [small, large] = [trainAlone(16, 16, settings), trainAlone(256, 1, settings)]
    return unit === 'ms' ? [16 * small.ms, large.ms] : [16 * small.peakMB, large.peakMB]
  })
  const [before, ours] = [0, 1].map((side) => median(rounds.map((round) => round[side]!))) as [number, number]
  const title = `${unit === 'ms' ? 'training step' : 'memory'}, batch 256 against 16 × batch 16`
  return { title, unit, ours, peer: before, ratio: before / ours, goal: 1 }
}

/**
 * From the start of a process that uses the built package to the end of its first training step, without a cache and with what
 * the last run left.
 */
async function coldRow(settings: Settings): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-cache-'))
  const seconds = (cache: string): number => firstStep({ threads: settings.threads, cache, steps: 1 }).seconds
  try {
    seconds(folder)
    const rounds = Array.from(
      { length: Math.min(settings.rounds, 3) },
      () => [seconds('off'), seconds(folder)] as const,
    )
    const [cold, cached] = [0, 1].map((way) => median(rounds.map((round) => round[way]!))) as [number, number]
    const title = `first step after the start, ${titles.unet}, batch 16`
    return { title, unit: 's', ours: cold, note: `${cached.toFixed(2)} s with the cache` }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs `train-alone.ts`. */
function trainAlone(batch: number, steps: number, { threads }: Settings): { ms: number; peakMB: number } {
  const script = fileURLToPath(new URL('train-alone.ts', import.meta.url))
  const args = [...process.execArgv, script, ...[batch, steps, threads].map(String)]
  const environment = { ...process.env, TWEEDIE_CACHE: 'off' }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: environment })
  if (status !== 0) throw new Error(`train-alone.ts failed: ${stderr}`)
  return JSON.parse(stdout) as { ms: number; peakMB: number }
}

// ---------------------------------------------------------------------------------------------------- helpers

type Speed = Pick<Row, 'unit' | 'ours' | 'peer' | 'ratio' | 'goal' | 'gflops' | 'share'>

const peakOn = (engine: Engine, threads: number) => (): Promise<number> => peakGflops(engine, threads)

/** @param work operations of one of our runs */
function speed({ ms, peerMs, possible }: Outcome, work: number, goal: number): Speed {
  return {
    unit: 'ms',
    ours: ms,
    peer: peerMs,
    ratio: peerMs === undefined ? undefined : peerMs / ms,
    goal,
    gflops: work / ms / 1e6,
    share: possible && work / possible / 1e6,
  }
}

function forwardFlops(network: Network, batch: number): number {
  const x = input('x', [batch, ...network.inputShape])
  const conditions = conditionInputs(network.conditions, batch)
  return flops([network.build(new Scope(), { x, t: input('t', [batch]), conditions })])
}

/** One number from one run of the U-Net's peer, where there is one. */
function peerOf(
  name: ModelName,
  { peer: script, threads }: Settings,
  options: { readonly batch: number; readonly runs: number },
  read: (timing: ReturnType<typeof timePeer>) => number,
  allocator = keptMemory as Readonly<Record<string, string>>,
): (() => number) | undefined {
  const python = findPython(script)
  if (python === undefined) return undefined
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'tweedie-bench-'))
    try {
      const config = join(folder, 'config.json')
      writeFileSync(config, JSON.stringify(networks[name].config))
      return read(timePeer(python, script, { ...options, threads, config }, allocator))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}
