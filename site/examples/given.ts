/**
 * What examples of doc comments take for granted, as small as it can be: lines that a page puts before the example when it runs, and
 * shows. The library's own names need no import.
 */

/** Two bumps on a line: a denoiser whose answers are exact. */
const bumps =
  'const denoiser = mixtureDenoiser({ schedule: cosineSchedule(), components: [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }] })'
const times = 'const times = uniformTimes(20)'
/** Two tokens that are always equal, under masks. */
const coins = `const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 2)`
const tokens = `${coins}
const denoiser = exactDenoiser(process, [2], [0.5, 0, 0, 0.5])`
const law = `const q = { mean: input('mean', [4, 2]), logVariance: input('logVariance', [4, 2]) }`
const sets = `const [real, generated] = ['real', 'generated'].map((name) => normal(fold(key(0), name), new Float64Array(200 * 64)))`
const transformed = (parameters: number): string =>
  `const [x, p] = [input('x', [4, 2]), input('p', [4, 2, ${parameters}])]`
/** A model of points, trained for a moment on the page. */
const trained = (options: string): string => `const engine = await nodeEngine()
const points = { data: normal(key(0), new Float32Array(512)), shape: [256, 2] }
const model = await fit(points, { ${options}, engine })`
const model = trained('steps: 20')
const flow = trained(`model: 'flow', steps: 5`)
const hierarchical = `const network = hierarchicalMlp({ input_shape: [784], latent_sizes: [32, 16], widths: [64, 64] })`

/** By the name of the page's subject; several examples of a page share what is given. */
export const given: Readonly<Record<string, string>> = {
  // tweedie/sample, guidance, likelihood, denoise
  sample: `${bumps}\nconst preview = (denoised, done) => console.log(denoised[0].toFixed(3), done.toFixed(2))`,
  sampleFinal: bumps,
  adaptiveOde: bumps,
  evaluationTable: 'const schedule = cosineSchedule()',
  classifierFree: `${bumps}\n${times}`,
  conditioned: bumps,
  variationalBound: `const components = [{ mean: [-1], covariance: 0.1 }, { mean: [1], covariance: 0.2 }]
const denoiser = mixtureDenoiser({ schedule: tableSchedule(namedTable('linear', { steps: 100 })), components })
const images = Float64Array.of(-1, 1)`,
  fromPrediction: `const table = namedTable('linear')\nconst network = async (x, level) => new Float32Array(x.length)`,
  schedulerParts: `const text = '{ "_class_name": "DDIMScheduler", "beta_schedule": "linear" }'
const shape = [2]
const unet = async (x, level) => new Float32Array(x.length)`,
  // tweedie/discrete
  discreteBound: `${tokens}\nconst tokens = Int32Array.of(0, 0, 1, 1)`,
  exactDenoiser: coins,
  fromLogits: `${coins}\nconst run = (xt, t, batch) => new Float32Array(batch * 128 * 2)`,
  guideTokens: tokens,
  sampleTokens: `${tokens}
const tokenizer = { decode: (x) => Array.from(x, (token) => 'ab_'[token]).join('') }
const show = (text) => console.log(text)`,
  // tweedie/flow
  affineTransform: transformed(2),
  splineTransform: transformed(23),
  shadeSpline: transformed(49),
  stagesOf: 'const network = tarFlow({ sample_size: 28, in_channels: 1 })',
  // tweedie/graph
  conv: `const [x, w] = [input('x', [16, 3, 32, 32]), input('w', [8, 3, 3, 3])]`,
  gradients: `const [x, w, y] = [input('x', [8, 3]), input('w', [3, 1]), input('y', [8, 1])]`,
  slice: `const x = input('x', [16, 8, 32, 32])`,
  // tweedie/latent
  activeUnits: 'const means = normal(key(0), new Float32Array(100 * 50))',
  autoencoderBound: `const autoencoder = mlpAutoencoder({ input_shape: [1, 28, 28], latent_size: 50 })`,
  boundOf: `${law}\nconst logLikelihood = input('logLikelihood', [4])`,
  decoderLaw: `const [x, output] = [input('x', [4, 784]), input('output', [4, 784])]`,
  drawGaussian: law,
  gaussianKl: law,
  drawValues: 'const [mean, seed, item] = [Float32Array.of(-0.5, 0.5), 1, 0]',
  importanceBound: `const logWeights = input('logWeights', [200])`,
  hierarchyBound: `${hierarchical}\nconst hierarchy = networkHierarchy(network, new Scope())`,
  networkHierarchy: `${hierarchical}\nconst inputs = { x: input('x', [64, 784]), noise: input('noise', [64, 1, 48]) }`,
  noiseHierarchy: `const [schedule, gain] = [cosineSchedule(), (t) => cosineSchedule().alpha(t)]`,
  // tweedie/measure, metrics, ode-flow, optim, random
  jpegCompression: 'const x = uniform(key(0), new Float64Array(3 * 32 * 32)).map((u) => 2 * u - 1)',
  frechetDistance: sets,
  kernelDistance: sets,
  carry: `const field = { shape: [1], slope: (x) => x.map((each) => -each) }
const noise = Float64Array.of(-1, 1)
const show = (y, to) => console.log(to.toFixed(2), y)`,
  adamw: 'const [params, gradients] = [new Float32Array(100), new Float32Array(100).fill(0.1)]',
  gathered: `const [params, gradients] = [new Float32Array(100), new Float32Array(100)]
const state = adamw().init(params.length)`,
  key: 'const sampleIndex = 7',
  // tweedie/nn
  initialize: 'const network = mlp({ input_shape: [2] })',
  rangesOf: 'const layout = parametersOf(mlp({ input_shape: [2] }))',
  parseInfill: `const corpus = 'To be, or not to be, that is the question'`,
  // tweedie/core, app: a model of points
  modelDenoiser: `${model}\n${times}`,
  warmGenerator: `${model}\nconst show = ({ items }) => console.log(items)`,
  roundWeights: model,
  flowDensity: `${flow}
const items = points.data.subarray(0, 128)`,
  flowInverse: flow,
  encodePng: 'const [items, shape] = [normal(key(0), new Float32Array(4 * 28 * 28)), [4, 1, 28, 28]]',
  samplerFile: model,
  defaultVqSpec: `const digits = builtinDataset('glyphs', { length: 100 })`,
  defaultVaeSpec: `const images = builtinDataset('glyphs', { length: 100 })`,
  defaultHvaeSpec: `const images = builtinDataset('glyphs', { length: 100 })`,
}
