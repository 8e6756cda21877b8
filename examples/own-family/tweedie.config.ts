/**
 * A whole family of models in one file: a Gaussian with a mean and a spread of its own for each column, found by maximum likelihood.
 *
 *     npx tweedie train moons --model gauss --steps 300 --out gauss
 *     npx tweedie info gauss
 *     npx tweedie sample gauss -n 1000 --out gauss.npy
 */
import {
  baseSpec,
  data,
  defineConfig,
  type Drawn,
  type Family,
  type FamilyModel,
  graph,
  io,
  nn,
  pictureOf,
  random,
  type View,
} from 'tweedie'

const { add, exp, input, mean, mul, square, sub } = graph
const name = 'gauss'

interface Gauss extends FamilyModel {
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
}

/** Half the squared distance in spreads, and the logarithm of the spread: −log p(x), without its constant. */
function surprise(scope: nn.Scope, x: graph.Tensor): graph.Tensor {
  const [average, spread] = ['mean', 'log_spread'].map((each) => scope.parameter(each, [1, x.shape[1]!], nn.zeros))
  return mean(add(mul(square(mul(sub(x, average!), exp(mul(spread!, -1)))), 0.5), spread!), [1])
}

/** Points as everybody sees them, in the units of the data. */
function drawnPoints({ shape, affine }: io.TweedieMeta['data'], x: Float32Array, count: number, seed: number): Drawn {
  const columns = shape[0]!
  const scale = { kind: 'points', shape, range: [-1, 1], affine: affine as data.Affine } as const
  const viewOf = (items: Float32Array): View => ({ raster: () => pictureOf(items, scale) })
  return {
    ...viewOf(x),
    count,
    shape: [count, columns],
    how: { seed },
    howText: `seed ${seed}`,
    array: () => ({ shape: [count, columns], data: data.denormalise(scale, x) }),
    part: (first, some) => viewOf(x.subarray(first * columns, (first + some) * columns)),
  }
}

const networkOf = (size: number): nn.Network => ({
  className: 'Gauss',
  config: { size },
  inputShape: [size],
  outputShape: [],
  conditions: {},
  build: (scope, { x }) => surprise(scope, x),
})

const family: Family<ReturnType<typeof baseSpec>, data.ArrayDataset, Gauss> = {
  name,
  specOf: ({ shape, length }, options) => ({
    family: name,
    ...baseSpec(options, networkOf(shape[0]!), { batch: Math.min(256, length), budget: { minutes: 0.5 } }),
  }),
  parseSpec: (value) => value as ReturnType<typeof baseSpec>,
  explain: (_, { name: of, length }) => [
    ['data', `${of}: ${length} points`],
    ['objective', 'maximum likelihood'],
  ],
  problem({ batch, seed, network: { config } }, points) {
    const size = Number(config.size)
    const network = networkOf(size)
    const layout = nn.parametersOf(network)
    const order = random.fold(random.key(seed), 'order')
    return {
      parts: { network: { network, layout } },
      items: points.length,
      levels: 1,
      loss(scope, items) {
        const itemLoss = surprise(scope, input('x', [items, size]))
        return { loss: mean(itemLoss), itemLoss }
      },
      emptyBatch: () => ({ feeds: { x: new Float32Array(batch * size) }, levels: new Int32Array(batch) }),
      fill: ({ feeds: { x } }, step) =>
        void data.loadBatch(points, data.batchIndices(order, points.length, batch, step), x as Float32Array),
      snapshot: ({ average, step }, training) => ({
        family: name,
        classNames: [],
        weights: layout.toMap(average),
        meta: io.parseTweedieMeta({
          family: name,
          data: { name: points.name, kind: 'points', shape: [size], affine: points.affine },
          objective: { parametrisation: 'likelihood' },
          training: { seed, batch, steps: step, ...training },
        }),
      }),
    }
  },
  read: ({ weights, meta }) => ({ family: name, classNames: [], weights, meta }),
  write: ({ weights, meta }) => {
    const { className, config } = networkOf(meta.data.shape[0]!)
    return { network: { className, config }, weights, scheduler: null, meta }
  },
  describe({ weights, meta }) {
    const [means, spreads] = ['mean', 'log_spread'].map((each) => Array.from(weights.get(each)!.data))
    const facts = { family: name, means, spreads: spreads!.map(Math.exp) }
    return {
      facts,
      rows: [
        ['data', meta.data.name],
        ['means', means!.join(', ')],
      ],
    }
  },
  can: {
    draw: ({ weights, meta }) => ({
      compilations: 0,
      makes: { pictures: 'together', texts: false },
      draw: async ({ count = 16, seed = 0 }) => {
        const [average, spread] = ['mean', 'log_spread'].map((each) => weights.get(each)!.data)
        const drawn = random.normal(random.key(Number(seed)), new Float32Array(Number(count) * average!.length))
        const x = drawn.map((z, i) => average![i % average!.length]! + Math.exp(spread![i % spread!.length]!) * z)
        return drawnPoints(meta.data, x, Number(count), Number(seed))
      },
      dispose() {},
      [Symbol.dispose]() {},
    }),
  },
}

export default defineConfig({
  families: [
    {
      name,
      of: 'Gaussians',
      options: {},
      accepts: ({ shape }, { model }) => model === name && shape.length === 1,
      load: async () => family as unknown as Family,
    },
  ],
})
