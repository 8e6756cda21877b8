/** A sampler as one ONNX file, run by the plain addon of ONNX Runtime as a stranger would, beside our own sampling. */
import * as ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { samplerFile, type SamplerFileOptions } from '../../src/compiled/one-file/sampler-file.ts'
import { samplerFileFeeds } from '../../src/compiled/one-file/sampler-file.ts'
import { clipOf } from '../../src/compiled/sampling.ts'
import { nothing } from '../../src/compiled/condition-feeds.ts'
import { estimateSpec } from '../../src/diffusion/denoise/self-conditioned.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'
import { ddim } from '../../src/diffusion/sample/ddim.ts'
import { samplerByName, samplers } from '../../src/diffusion/sample/registry.ts'
import type { LinearSampler } from '../../src/diffusion/sample/sampler.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { parametersOf } from '../../src/engine/nn/network.ts'
import { networkFromConfig } from '../../src/engine/nn/registry.ts'
import { decodeModel } from '../../src/engine/onnx/proto/decode.ts'
import type { GraphProto } from '../../src/engine/onnx/proto/model.ts'
import { key } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { generate, type GenerateOptions } from '../../src/families/values/generate.ts'
import type { Model } from '../../src/families/values/model.ts'
import { modelOf } from '../../src/families/values/model-of.ts'
import { roundWeights } from '../../src/compiled/weight-format.ts'
import { denormalise } from '../../src/files/data/normalise.ts'
import type { ModelFolder } from '../../src/files/io/model-folder.ts'

const engine = await nodeEngine()

/** A model that has learned nothing: its weights are random, and its samples are still a function of the noise. */
function modelWith(
  className: string,
  config: object,
  fields: Partial<Pick<ModelFolder, 'scheduler'>> & { meta: object },
): Model {
  const network = networkFromConfig(className, config)
  const layout = parametersOf(network)
  const weights = initialize(layout, key(3))
  // layers that begin as zeros would hide everything behind them
  for (const { data } of layout.toMap(weights).values()) if (data.every((x) => x === 0)) data.fill(0.02)
  return modelOf({
    network: { className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: fields.scheduler ?? null,
    meta: {
      version: '0.1.0',
      training: { seed: 0, steps: 0 },
      process: null,
      schedule: null,
      sampler: {},
      ...fields.meta,
    },
  } as unknown as ModelFolder)
}

const scheduler = (prediction: string, more: object = {}) => ({
  _class_name: 'DDPMScheduler',
  prediction_type: prediction,
  beta_schedule: 'linear',
  ...more,
})

const pointsMeta = (parametrisation: string) => ({
  data: {
    name: 'points',
    kind: 'points',
    shape: [3],
    range: [-4, 9],
    affine: { shift: [1, 2, 3], scale: [0.5, 2, 1] },
    classNames: null,
    patch: 1,
    unconditionalLabel: null,
  },
  objective: { parametrisation, weighting: 'simple', labelDropout: 0 },
})
const pointsConfig = { input_shape: [3], width: 32, layers: 2 }
const points = (prediction: string, named: string): Model =>
  modelWith('MLP', pointsConfig, { scheduler: scheduler(prediction) as never, meta: pointsMeta(named) })

const continuous = (parametrisation: string, schedule: object): Model =>
  modelWith('MLP', pointsConfig, { meta: { ...pointsMeta(parametrisation), schedule } })

/** Pictures of 7 × 6 pixels with classes, cut into patches, so that there is padding. */
const pictures = (more: object = {}, config: object = {}, objective: object = {}): Model =>
  modelWith(
    'UNet2DModel',
    {
      ...config,
      in_channels: 4,
      out_channels: 4,
      sample_size: [4, 4],
      block_out_channels: [8, 16],
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
      layers_per_block: 1,
      norm_num_groups: 4,
      attention_head_dim: 4,
      num_class_embeds: 4,
    },
    {
      scheduler: scheduler('epsilon', { clip_sample: true, ...more }) as never,
      meta: {
        data: {
          name: 'tiles',
          kind: 'image',
          shape: [1, 7, 6],
          range: [0, 255],
          classNames: ['a', 'b', 'c'],
          unconditionalLabel: 3,
          patch: 2,
        },
        objective: { parametrisation: 'epsilon', weighting: 'simple', labelDropout: 0.1, ...objective },
      },
    },
  )

interface Trial extends Partial<SamplerFileOptions> {
  readonly model: Model
  readonly steps?: number
  readonly count?: number
  readonly labels?: readonly number[]
  /** w of the run. */
  readonly w?: number
  readonly guide?: GenerateOptions['guidance']
  /** The model that we sample; by default the same. */
  readonly of?: Model
}

/** The same noise through the file and through ours: the output of the file, and ours in the same units. */
async function both({ model, steps = 6, count = 3, labels, w, guide, of = model, ...options }: Trial) {
  const { sampler = ddim(), times = timesOf(model.schedule, steps), pixels } = options
  const file = samplerFile(model, { sampler, times, clip: clipOf(model), ...options })
  const conditions = labels && { labels: Int32Array.from(labels) }
  const feeds = samplerFileFeeds(file, { batch: count, seed: 5, ...(conditions && { conditions }), guidance: w })
  const session = await ort.InferenceSession.create(file.bytes)
  const tensors = Object.entries(feeds).map(
    ([name, { dtype, data, shape }]) =>
      [name, new ort.Tensor(dtype as 'float32', data as Float32Array, shape)] as const,
  )
  const { output } = await session.run(Object.fromEntries(tensors))
  const { items } = await generate(of, engine, {
    count,
    seed: 5,
    sampler,
    times,
    labels,
    guidance: guide ?? w ?? 0,
  })
  const own = denormalise(model.scale, items)
  const bytes = items.map((x) => Math.min(1, Math.max(0, (x + 1) / 2)))
  const ours = pixels === 'bytes' ? own : model.scale.kind === 'image' ? bytes : own
  await session.release()
  return { file, got: output!.data as Float32Array, dims: output!.dims, ours: ours as Float32Array }
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((most, each) => (each <= most ? most : each), 0)
}
const spread = (values: ArrayLike<number>): number => Math.max(...Array.from(values)) - Math.min(...Array.from(values))

const tables = samplers.map(({ sampler }) => sampler).filter((sampler): sampler is LinearSampler => 'plan' in sampler)

describe('the file gives what we give', () => {
  test.each(tables.map((sampler) => [sampler.name, sampler] as const))('by %s', async (_, sampler) => {
    const { got, ours, dims } = await both({
      model: points('v_prediction', 'v'),
      sampler,
      steps: sampler.name === 'annealed-langevin' ? 2 : 6,
    })
    expect(dims).toEqual([3, 3])
    expect(spread(ours)).toBeGreaterThan(0.5)
    expect(apart(got, ours) / Math.max(1, spread(ours))).toBeLessThan(1e-4)
  })

  test.each([
    ['epsilon', () => points('epsilon', 'epsilon')],
    ['sample', () => points('sample', 'sample')],
    ['flow', () => continuous('flow', { schedule: 'rectified-flow', input: 'time', sigmaData: 0.5 })],
    ['edm', () => continuous('edm', { schedule: 've', input: 'noise', sigmaData: 0.5 })],
    ['score', () => continuous('score', { schedule: 'vp', input: 'time', sigmaData: 0.5 })],
  ])('of a prediction of %s', async (_, make) => {
    const { got, ours } = await both({ model: make(), sampler: samplerByName('dpm++-2m') as LinearSampler })
    expect(apart(got, ours) / Math.max(1, spread(ours))).toBeLessThan(1e-4)
  })

  test('where state and noise nearly cancel: from the last level of a table that ends in nothing but noise', async () => {
    const model = modelWith('MLP', pointsConfig, {
      scheduler: { ...scheduler('sample'), beta_schedule: 'squaredcos_cap_v2' } as never,
      meta: pointsMeta('sample'),
    })
    for (const name of ['heun', 'rk4', 'dpm-2m', 'heun-churn']) {
      const { got, ours } = await both({ model, sampler: samplerByName(name) as LinearSampler, steps: 20 })
      expect(apart(got, ours)).toBeLessThan(1e-4)
    }
  })

  test('of pictures with classes: pixels of patches, 0 to 1, and bytes', async () => {
    const model = pictures()
    const sampler = samplerByName('dpm++-2m') as LinearSampler
    const { got, ours, dims } = await both({ model, sampler, labels: [0, 3, 2] })
    expect(dims).toEqual([3, 1, 7, 6])
    expect(apart(got, ours)).toBeLessThan(1e-4)
    const other = await both({ model, sampler, labels: [1, 1, 1] })
    expect(apart(other.got, got)).toBeGreaterThan(1e-3)
    const bytes = await both({ model, sampler, labels: [0, 3, 2], pixels: 'bytes' })
    expect(bytes.got).toBeInstanceOf(Uint8Array)
    expect(apart(bytes.got, bytes.ours)).toBeLessThanOrEqual(1)
    expect(
      apart(
        bytes.got,
        ours.map((x) => 255 * x),
      ),
    ).toBeLessThan(0.51)
  })

  test('under guidance whose strength is an input', async () => {
    const model = pictures()
    const away = nothing(model)
    const guidance = { away, rescale: 0, interval: [0, 1] as const }
    const options = { model, guidance, labels: [0, 1, 2], count: 3 }
    for (const w of [0, 2, -1]) {
      const { got, ours, file } = await both({ ...options, w })
      expect(file.inputs.map(({ name }) => name)).toEqual(['noise', 'labels', 'guidance'])
      expect(apart(got, ours)).toBeLessThan(1e-4)
    }
    const manner = { rescale: 0.7, interval: [0.3, 0.8] as const }
    const { got, ours } = await both({ ...options, w: 3, guidance: { away, ...manner }, guide: { w: 3, ...manner } })
    expect(apart(got, ours)).toBeLessThan(1e-4)
    const plain = await both({ ...options, w: 3 })
    expect(apart(plain.got, got)).toBeGreaterThan(1e-3)
  })

  test.each(['ddim', 'heun', 'dpm++-2m', 'ddpm'])(
    'of a network that is told its own estimates, by %s',
    async (name) => {
      const sampler = samplerByName(name) as LinearSampler
      const conditions = { estimate: { ...estimateSpec([3]) } }
      const pointsOf = (objective: object): Model => {
        const meta = { ...pointsMeta('v'), objective: { ...pointsMeta('v').objective, ...objective } }
        return modelWith(
          'MLP',
          { ...pointsConfig, conditions },
          { scheduler: scheduler('v_prediction') as never, meta },
        )
      }
      const untold = await both({ model: pointsOf({}), sampler, recalls: false })
      expect(untold.file.inputs.map((each) => each.name)).not.toContain('estimate')
      expect(apart(untold.got, untold.ours) / Math.max(1, spread(untold.ours))).toBeLessThan(1e-4)
      const ofPoints = await both({ model: pointsOf({ selfConditioning: true }), sampler })
      expect(apart(untold.got, ofPoints.got)).toBeGreaterThan(1e-3)
      expect(ofPoints.file.inputs.map((each) => each.name)).not.toContain('estimate')
      expect(apart(ofPoints.got, ofPoints.ours) / Math.max(1, spread(ofPoints.ours))).toBeLessThan(1e-4)
      const model = pictures({}, { conditions: { estimate: estimateSpec([4, 4, 4]) } }, { selfConditioning: true })
      const guidance = { away: { labels: Int32Array.of(3) }, rescale: 0, interval: [0, 1] as const }
      const asked = { model, guidance, sampler, labels: [0, 1, 2] }
      const { got, ours, file } = await both({ ...asked, w: 2 })
      expect(file.inputs.map((each) => each.name).filter((each) => each !== 'noise_steps')).toEqual([
        'noise',
        'labels',
        'guidance',
      ])
      expect(apart(got, ours)).toBeLessThan(1e-4)
      expect(spread(ours)).toBeGreaterThan(0.1)
      const fixed = await both({ ...asked, w: 2, batch: 3 })
      expect(apart(fixed.got, ours)).toBeLessThan(1e-4)
    },
  )

  test('with dynamic thresholding, and with the direction before it', async () => {
    const model = pictures({
      thresholding: true,
      dynamic_thresholding_ratio: 0.8,
      sample_max_value: 1.5,
      clip_sample: false,
    })
    const { got, ours } = await both({ model, labels: [0, 1, 2], sampler: ddim({ direction: 'network', eta: 0.5 }) })
    expect(apart(got, ours)).toBeLessThan(1e-4)
  })

  test('in a file for one batch size, and one with weights in fewer bits', async () => {
    const model = points('epsilon', 'epsilon')
    const fixed = await both({ model, batch: 3 })
    expect(fixed.file.inputs[0]!.shape).toEqual([3, 3])
    expect(apart(fixed.got, fixed.ours)).toBeLessThan(1e-4)
    const wide = modelWith(
      'MLP',
      { ...pointsConfig, width: 64 },
      { scheduler: scheduler('epsilon') as never, meta: pointsMeta('epsilon') },
    )
    const full = await both({ model: wide })
    const small = await both({ model: wide, weights: 'int8', of: roundWeights(wide, 'int8') })
    expect(small.file.bytes.length).toBeLessThan(0.6 * full.file.bytes.length)
    expect(apart(small.got, small.ours)).toBeLessThan(1e-4)
    expect(apart(small.got, full.got)).toBeGreaterThan(1e-4)
  })
})

test('the file has the network once, whatever the steps, in standard operators alone', () => {
  const model = points('epsilon', 'epsilon')
  const make = (steps: number) =>
    samplerFile(model, { sampler: ddim(), times: timesOf(model.schedule, steps), clip: null }).bytes
  const [few, many] = [make(5), make(45)]
  const known = decodeModel(many)
  expect(Object.keys(known.opsets)).toEqual([''])
  const domains = (graph: GraphProto): string[] =>
    graph.nodes.flatMap(({ domain = '', attributes = {} }) => [
      domain,
      ...Object.values(attributes).flatMap((each) => (each.kind === 'graph' ? domains(each.value) : [])),
    ])
  expect(new Set(domains(known.graph))).toEqual(new Set(['']))
  expect(known.graph.nodes.filter(({ opType }) => opType === 'Loop')).toHaveLength(1)
  // a row of a few numbers for each further step
  expect((many.length - few.length) / 40).toBeLessThan(64)
})
