/** Many calls of one compiled denoiser at once, and one after another. Run in a worker, it says whether all agree to the bit. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { categoricalDenoiser } from '../../src/compiled/categorical-denoiser.ts'
import { type DenoisingModel, modelDenoiser } from '../../src/compiled/denoiser.ts'
import { modelDivergence } from '../../src/compiled/divergence.ts'
import { modelVjp } from '../../src/compiled/vjp.ts'
import { clipped } from '../../src/diffusion/denoise/clip.ts'
import { inputView } from '../../src/diffusion/denoise/input-view.ts'
import { parametrisation } from '../../src/diffusion/denoise/parametrisation.ts'
import { guideTokens, processOf, sampleTokensFinal } from '../../src/diffusion/discrete/index.ts'
import { classifierFree } from '../../src/diffusion/guidance/cfg.ts'
import { tableSchedule } from '../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../src/diffusion/noise/table.ts'
import { ddim, ddpmLearned, dpmSolver, sampleFinal, uniformTimes } from '../../src/diffusion/sample/index.ts'
import { parametersOf, tokenTransformer, unet2d } from '../../src/engine/nn/index.ts'
import type { Network } from '../../src/engine/nn/index.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'

const schedule = tableSchedule(namedTable('linear'))
const pictures = (out_channels: number): Network =>
  unet2d({
    sample_size: 8,
    in_channels: 1,
    out_channels,
    block_out_channels: [8, 8],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 2,
    num_class_embeds: 4,
  })
const size = 64

/** Any weights will do. */
function weighted<N extends Network>(network: N) {
  const layout = parametersOf(network)
  return { network, layout, weights: normal(key(network.className), new Float32Array(layout.size)).map((w) => 0.2 * w) }
}

function modelOf(network: Network): DenoisingModel {
  const view = inputView('level', schedule)
  return { ...weighted(network), schedule, view, parametrisation: parametrisation('epsilon'), unconditionalLabel: 3 }
}

type Result = ArrayLike<number>
type Job = () => Promise<Result>

/** Jobs on shared denoisers, with other seeds, classes and batch sizes each; `dispose` when done. */
export async function overlappingJobs(
  engine: Engine,
): Promise<{ readonly jobs: Record<string, Job[]>; dispose(): void }> {
  const model = modelOf(pictures(1))
  const session = { threads: 1 }
  const plain = await modelDenoiser(model, engine, { ...session, batch: 4 })
  const learned = await modelDenoiser(modelOf(pictures(2)), engine, { ...session, batch: 4 })
  const vjp = await modelVjp(model, engine, { ...session, batch: 4 })
  const trace = await modelDivergence(model, engine, { ...session, batch: 4 })
  const process = processOf({ kernel: 'absorbing', steps: null, schedule: 'log-linear', objective: 'bound' }, 5)
  const transformer = tokenTransformer({
    length: 6,
    vocab_size: 5,
    num_states: 6,
    hidden_size: 16,
    num_layers: 1,
    num_attention_heads: 2,
    num_class_embeds: 4,
  })
  const tokens = await categoricalDenoiser(
    { ...weighted(transformer), process, shape: [6], unconditionalLabel: 3 },
    engine,
    { ...session, batch: 4 },
  )
  const nothing = { labels: Int32Array.of(3) }
  const labelsOf = (seed: number, batch: number) => ({
    labels: Int32Array.from({ length: batch }, (_, i) => (seed + i) % 4),
  })
  const jobs = (make: (seed: number, batch: number, index: number) => Promise<Result>, most = 4): Job[] =>
    Array.from({ length: 8 }, (_, i) => () => make(i, 1 + (i % most), i))
  const times = uniformTimes(4)
  const x = (seed: number, batch: number) => normal(key(seed), new Float32Array(batch * size))
  const gram = Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0))

  return {
    jobs: {
      samplings: jobs((seed, batch, i) =>
        sampleFinal(i % 2 ? clipped(plain) : plain, {
          sampler: [ddim(), ddim({ eta: 1 }), dpmSolver()][i % 3]!,
          times,
          seed,
          batch,
          conditions: labelsOf(seed, batch),
        }),
      ),
      'guided samplings': jobs((seed, batch, i) => {
        const guided = classifierFree(plain, { w: 1 + i, nothing })
        return sampleFinal(guided, { sampler: ddim(), times, seed, batch, conditions: labelsOf(seed, batch) })
      }, 2),
      'learned variances': jobs((seed, batch) =>
        sampleFinal(learned, { sampler: ddpmLearned(), times, seed, batch, conditions: labelsOf(seed, batch) }),
      ),
      'transposed Jacobians': jobs(async (seed, batch) =>
        vjp.vjp(x(seed, batch), 0.2 + 0.1 * seed, x(seed + 9, batch), { conditions: labelsOf(seed, batch) }),
      ),
      'means with misfits': jobs(async (seed, batch) => {
        const misfit = { gram: gram.map((each) => each * (1 + seed)), target: x(seed + 9, 1) }
        const conditions = labelsOf(seed, batch)
        const { mean, pulled } = await vjp.denoiseAndPull!(x(seed, batch), 0.2 + 0.1 * seed, misfit, { conditions })
        return [...mean, ...pulled]
      }),
      divergences: jobs(async (seed, batch) => {
        const conditions = labelsOf(seed, batch)
        const probe = x(seed + 9, batch)
        const { mean, trace: found } = await trace.denoiseAndTrace(x(seed, batch), 0.2 + 0.1 * seed, probe, {
          conditions,
        })
        return [...mean, ...found]
      }),
      tokens: jobs((seed, batch) =>
        sampleTokensFinal(tokens, { steps: 4, seed, batch, conditions: labelsOf(seed, batch) }),
      ),
      'guided tokens': jobs(
        (seed, batch) =>
          sampleTokensFinal(guideTokens(tokens, { w: seed, nothing }), {
            steps: 4,
            seed,
            batch,
            conditions: labelsOf(seed, batch),
          }),
        2,
      ),
    },
    dispose: () => [plain, learned, vjp, trace, tokens].forEach((each) => each.dispose()),
  }
}

/** Runs jobs one after another, then all at once. */
export async function bothWays(
  jobs: readonly Job[],
): Promise<{ readonly alone: number[][]; readonly together: number[][] }> {
  const alone: number[][] = []
  for (const job of jobs) alone.push(Array.from(await job()))
  const together = (await Promise.all(jobs.map(async (job) => job()))).map((result) => Array.from(result))
  return { alone, together }
}

if (!isMainThread && (workerData as { overlap?: boolean } | null)?.overlap) {
  const { jobs, dispose } = await overlappingJobs(await nodeEngine())
  const results: unknown[] = []
  for (const each of Object.values(jobs)) results.push(await bothWays(each))
  dispose()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  parentPort!.postMessage(results)
}
